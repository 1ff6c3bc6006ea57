# privacy: destroys tokens without ever reading one, shreds keys, signs the ledger.
# Its own secrets and keys. A key's deletion can't be allowed from here: no such parameter passes.
path "secret/data/privacy/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/privacy/*" {
  capabilities = ["read", "delete", "list"]
}
path "transit/keys/svc-privacy" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-privacy" {
  capabilities = ["update"]
}
path "transit/keys/privacy-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96", "ed25519", "hmac"]
    "key_size" = []
    "exportable" = [false]
  }
}
path "transit/sign/privacy-*" {
  capabilities = ["update"]
}
path "transit/hmac/privacy-*" {
  capabilities = ["update"]
}
path "transit/encrypt/privacy-*" {
  capabilities = ["update"]
}
path "transit/decrypt/privacy-*" {
  capabilities = ["update"]
}
# Metadata only: the data of a token is out of reach.
path "secret/metadata/tiktok/*" {
  capabilities = ["list", "read", "delete"]
}
path "secret/metadata/tiktok" {
  capabilities = ["list"]
}
# Shredding: allow the deletion, delete, and see that it is gone.
path "transit/keys/k-*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "transit/keys/a-*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "transit/keys/d-*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "transit/keys/x-*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "transit/keys/h-*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "transit/keys" {
  capabilities = ["list"]
}
path "transit/keys/+" {
  capabilities = ["read"]
}
path "transit/datakey/wrapped/+" {
  capabilities = ["update"]
}
# The proof: a ciphertext of a shredded key no longer opens.
path "transit/decrypt/k-*" {
  capabilities = ["update"]
}
path "transit/decrypt/a-*" {
  capabilities = ["update"]
}
path "transit/datakey/plaintext/d-*" {
  capabilities = ["update"]
}
path "transit/encrypt/d-*" {
  capabilities = ["update"]
}
path "transit/decrypt/d-*" {
  capabilities = ["update"]
}
path "transit/datakey/plaintext/x-*" {
  capabilities = ["update"]
}
path "transit/encrypt/x-*" {
  capabilities = ["update"]
}
path "transit/decrypt/x-*" {
  capabilities = ["update"]
}
path "transit/datakey/plaintext/h-*" {
  capabilities = ["update"]
}
path "transit/encrypt/h-*" {
  capabilities = ["update"]
}
path "transit/decrypt/h-*" {
  capabilities = ["update"]
}
path "transit/keys/ledger-signer" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/ledger-signer" {
  capabilities = ["update"]
}
