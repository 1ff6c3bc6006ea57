# ingestion: opens sealed bodies and seals parked ones; never the TikTok tokens.
# Its own secrets and keys. A key's deletion can't be allowed from here: no such parameter passes.
path "secret/data/ingestion/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/ingestion/*" {
  capabilities = ["read", "delete", "list"]
}
path "transit/keys/svc-ingestion" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-ingestion" {
  capabilities = ["update"]
}
path "transit/keys/ingestion-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96", "ed25519", "hmac"]
    "key_size" = []
    "exportable" = [false]
  }
}
path "transit/sign/ingestion-*" {
  capabilities = ["update"]
}
path "transit/hmac/ingestion-*" {
  capabilities = ["update"]
}
path "transit/encrypt/ingestion-*" {
  capabilities = ["update"]
}
path "transit/decrypt/ingestion-*" {
  capabilities = ["update"]
}
path "transit/decrypt/k-*" {
  capabilities = ["update"]
}
path "transit/datakey/plaintext/k-*" {
  capabilities = ["update"]
}
path "transit/datakey/plaintext/a-*" {
  capabilities = ["update"]
}
