-- What a chunk touched, what it was made of, and in which generation of its group it was read; 0 where
-- nobody noted it. Chunks of the same bounds and another content stay beside each other: one log was read
-- differently, or is another by now. The same again changes nothing.
ALTER TABLE ingest_chunks
  ADD COLUMN IF NOT EXISTS n_dirty UInt32 AFTER n_dlq,
  ADD COLUMN IF NOT EXISTS generation UInt32 AFTER n_dirty,
  ADD COLUMN IF NOT EXISTS content_hash UInt64 AFTER generation,
  MODIFY ORDER BY (topic, partition, min_offset, max_offset, content_hash)
