"""Whether somebody has watched a class afterwards: defined here once, for attendance and progress."""

# What students may see, said in SQL: row security hides the rest from them, and everybody has to count the same.
IS_SHOWN = "coalesce(r.is_visible, (select b.recordings_visible from batches b where b.id = s.batch_id))"
# Every stretch of the class, in one of the films that show it, to the share that counts as watched (`watched_at`).
_WATCHED = f"""
(select coalesce(bool_and(t.is_watched), false) from (
  select bool_or(v.watched_at is not null) as is_watched
    from recordings r left join recording_views v on v.recording_id = r.id and v.person_id = {{person}}
   where r.session_id = s.id and r.kind in ('video', 'link') and r.state <> 'gone' and r.duration > 0
     and {IS_SHOWN}
   group by r.part) t)
"""


def watched_sql(person: str) -> str:
    """Return the condition that ``person``, an expression, has watched the recording of the session `s`."""
    return _WATCHED.format(person=person)
