//! Cutting byte streams into frames: server-sent events and JSON lines.
