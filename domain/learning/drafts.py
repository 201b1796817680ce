"""What is written anew after a return lies beside what was handed in, until it is handed in itself.

`submissions.draft` has text, links, the ids of files that came with it (`added`) and of files it takes away (`removed`);
it is null when there is none. Before anything was handed in there is nothing to keep apart: that draft is the row itself.
"""

# Of a file `f` of a submission `s`: it came with a draft, and is nobody's business but the student's.
IS_OF_DRAFT = "coalesce(s.draft -> 'added' ? f.id::text, false)"
HAS_DRAFT = "(s.draft is not null)"
