"""A believable messy lead file of any length, the same every time."""

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

FIRST = [
    "Aarav", "Aditi", "Ananya", "Arjun", "Asha", "Bhavna", "Chitra", "Deepak", "Divya", "Farhan", "Gauri",
    "Harpreet", "Ishaan", "Jaspreet", "Kavya", "Kiran", "Lakshmi", "Manish", "Meera", "Mohammed", "Nandini",
    "Neha", "Nikhil", "Pooja", "Pradeep", "Priya", "Rahul", "Rajesh", "Ravi", "Ritu", "Rohan", "Sanjay",
    "Shreya", "Sneha", "Suresh", "Tanvi", "Uma", "Vikram", "Yash", "Zoya",
]  # fmt: skip
LAST = [
    "Agarwal", "Banerjee", "Bhat", "Chatterjee", "Das", "Desai", "Gupta", "Iyer", "Jain", "Joshi", "Kapoor",
    "Khan", "Kulkarni", "Kumar", "Malhotra", "Mehta", "Menon", "Mishra", "Nair", "Pandey", "Patel", "Pillai",
    "Rao", "Reddy", "Saxena", "Shah", "Sharma", "Shetty", "Singh", "Verma",
]  # fmt: skip
CITIES = ["Pune", "Mumbai", "Bengaluru", "New Delhi", "Hyderabad", "Chennai", "Kolkata", "Jaipur", "Lucknow", "Kochi"]
DOMAINS = ["gmail.com"] * 14 + [
    "yahoo.co.in",
    "outlook.com",
    "rediffmail.com",
    "hotmail.com",
    "acme-labs.in",
    "iitb.ac.in",
]
HEADER = ["full_name", "email", "phone_number", "city", "campaign_name", "created_time", "qualification"]
DEGREES = ["B.Tech", "B.Com", "MBA", "BCA", "Class 12", "M.Sc. Physics", ""]


def lead_rows(count: int, seed: int = 2) -> Iterator[list[str]]:
    """Yield rows: one in seven is written untidily, one in fifty is unusable, one in forty repeats another."""
    chance = random.Random(seed)
    earlier: list[list[str]] = []
    for number in range(count):
        if earlier and chance.random() < 0.025:
            yield _repeated(chance, chance.choice(earlier))
            continue
        row = _row(chance, number)
        if number % 97 == 0 and len(earlier) < 2_000:
            earlier.append(row)
        yield row


def write_lead_file(path: Path, count: int, seed: int = 2) -> Path:
    """Write a CSV file of ``count`` rows below its header."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(lead_rows(count, seed))
    return path


def _row(chance: random.Random, number: int) -> list[str]:
    first, last, place = chance.choice(FIRST), chance.choice(LAST), chance.choice(CITIES)
    email = f"{first}.{last}{number}@{chance.choice(DOMAINS)}".lower()
    # The numbers walk through the range without meeting again, so that only the meant repeats are repeats.
    digits = str(6_000_000_000 + (number * 7_919_317) % 4_000_000_000)
    email, phone = _untidy(chance, email, digits)
    day, minute = 1 + number % 28, number % 60
    return [
        f"{first} {last}", email, phone, place, f"Batch {1 + number % 5}",
        f"2026-10-{day:02}T09:{minute:02}:00Z", chance.choice(DEGREES),
    ]  # fmt: skip


def _untidy(chance: random.Random, email: str, digits: str) -> tuple[str, str]:
    roll = chance.random()
    if roll < 0.01:
        return "not given", f"{digits[:1]}.{digits[1:6]}E+11"
    if roll < 0.02:
        return email.replace("@", " at "), digits[:7]
    if roll < 0.05:
        return "", f"p:+91{digits}"
    if roll < 0.08:
        return email, ""
    if roll < 0.11:
        return email.upper(), f"+91 {digits[:5]} {digits[5:]}"
    if roll < 0.13:
        return f" {email}.", f"0{digits[:5]}-{digits[5:]}"
    if roll < 0.14:
        return email, f"{digits} / {digits[::-1]}"
    if roll < 0.15:
        return f"mailto:{email}", f"{digits}.0"
    return email, (f"+91{digits}" if roll < 0.5 else digits)


def _repeated(chance: random.Random, row: list[str]) -> list[str]:
    return [row[0].upper(), row[1].swapcase(), row[2] if row[1] else "0" + row[2][-10:], *row[3:]]


if __name__ == "__main__":
    write_lead_file(Path(sys.argv[1]), int(sys.argv[2]))
