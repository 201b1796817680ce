"""The JSON API: the same nouns and rules as the pages, for programs that come with a personal token."""
