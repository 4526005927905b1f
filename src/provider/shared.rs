//! What several adapters share: retry hints, HTTP statuses, deep merge, lenient JSON access.
