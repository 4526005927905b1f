//! What a run will take: calls, tokens, money, time. Numbers only; the table of it is a report.
