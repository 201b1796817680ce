"""What the demo's people are called, where they live and what they write."""

FIRST_NAMES = """
Aarav Aditi Aditya Ajay Akash Amit Amrita Ananya Anil Anita Anjali Ankit Anushka Aparna Arjun Arun Arvind Asha Ashwin Avani
Bhavna Bhavya Charu Chetan Deepa Deepak Deepika Dev Dhruv Divya Esha Farhan Fatima Gaurav Gayatri Geeta Girish Gopal Harish
Harini Harsh Hema Imran Indira Ishaan Ishita Jaya Jatin Kabir Kamal Karan Karthik Kavita Kavya Keerthi Kiran Kriti Lakshmi
Lavanya Madhav Madhuri Mahesh Manish Manoj Meera Megha Mihir Mohan Mukesh Nandini Naveen Neha Nidhi Nikhil Nisha Nitin Pallavi
Parth Pooja Pranav Prakash Preeti Priyanka Rachna Radhika Rahul Rajesh Rakesh Ramesh Rashmi Ravi Reema Rekha Ritu Rohan Rohit
Ruchi Sachin Sahil Sana Sandeep Sanjana Sanjay Sapna Sarita Shalini Shreya Shruti Simran Siddharth Sneha Sonal Sonia Sudha Suman
Sunil Suresh Swati Tanvi Tara Tejas Uma Usha Vaibhav Vandana Varun Vidya Vijay Vikram Vinay Vinod Vishal Vivek Yash Zara Zoya
""".split()  # noqa: SIM905

LAST_NAMES = """
Agarwal Ahmed Bajaj Banerjee Basu Bhat Bhatt Bose Chandra Chatterjee Chauhan Chopra Choudhary Das Desai Deshmukh Deshpande Dixit
Dutta Fernandes Gandhi Ghosh Gill Goyal Gupta Hegde Iyengar Iyer Jadhav Jain Joshi Kale Kapoor Kaur Khan Khanna Kulkarni Kumar
Mahajan Malhotra Malik Mathur Mehta Menon Mishra Mukherjee Naidu Nair Narayanan Pandey Patel Patil Pillai Prasad Qureshi Raman Rao
Rathore Reddy Roy Saxena Sen Sethi Shah Shaikh Sharma Shetty Shukla Singh Sinha Soni Srinivasan Subramanian Thakur Thomas Tiwari
Trivedi Varma Verma Vyas Yadav
""".split()  # noqa: SIM905

# city -> how often
CITIES = {
    "Bengaluru": 16, "Mumbai": 14, "Pune": 12, "Hyderabad": 11, "Delhi": 11, "Chennai": 9, "Ahmedabad": 6, "Kolkata": 6,
    "Jaipur": 4, "Kochi": 4, "Lucknow": 3, "Indore": 3, "Nagpur": 3, "Coimbatore": 3, "Chandigarh": 2, "Bhopal": 2,
    "Visakhapatnam": 2, "Mysuru": 2, "Surat": 2, "Guwahati": 1, "Patna": 1, "Thiruvananthapuram": 1,
}  # fmt: skip

OCCUPATIONS = [
    "Accountant", "Business analyst", "College student", "Customer support", "Graphic designer", "Marketing executive",
    "MIS executive", "Operations manager", "Own business", "Sales executive", "Software tester", "Teacher",
]  # fmt: skip

MOTIVATIONS = [
    "I make reports in Excel every Monday and want to do them properly, with SQL and a dashboard.",
    "I run a small shop and want to understand which products earn and which only look as if they did.",
    "I have been in support for four years and would like to move into an analyst role this year.",
    "My manager asked me to take over our dashboards. I would rather learn it well than guess.",
    "I finish my B.Com. in May and want a portfolio that I can show in interviews.",
    "A friend took the last batch and could not stop talking about the weekly projects.",
    "I tried to learn by videos alone and never finish. A fixed batch and a mentor would help.",
    "I design posts and banners today and want to design whole products, with research behind them.",
    "After a career break of three years I want to come back with skills that are asked for.",
    "We are two founders without a designer. I want our app to stop confusing our customers.",
    "I teach mathematics and would like to teach statistics with real data.",
    "I want to earn more than I do in sales, and numbers have always been easy for me.",
]  # fmt: skip

REJECTIONS = [
    "Looks for weekend classes only; this batch meets on weekdays.",
    "Asked for a placement guarantee, which we do not give.",
    "Could not be reached by phone or e-mail for a week.",
    "Needs basics first; recommended the free Excel course.",
    "Applied for a job, not for the course.",
    "The fee does not fit at the moment; wants to come back in spring.",
]  # fmt: skip

BOUNCES = [
    "550 5.1.1 The email account that you tried to reach does not exist.",
    "552 5.2.2 The recipient's inbox is out of storage space.",
    "550 5.4.1 Recipient address rejected: Access denied.",
]  # fmt: skip
FAILURES = [
    "The provider refused the address: it does not contain a valid address.",
    "The provider did not answer in 12 attempts.",
]  # fmt: skip
UNKNOWN = "The connection broke before the provider answered; it could not say whether the e-mail arrived."
