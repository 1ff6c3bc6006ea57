-- A gap is closed by a row of its own, written when the figures have what was missing. Its `ver` is that of
-- the entity's row then, so that it stands in the place of every gap up to it, and a later one in its place.
ALTER TABLE gaps ADD COLUMN IF NOT EXISTS closed UInt8 DEFAULT 0
