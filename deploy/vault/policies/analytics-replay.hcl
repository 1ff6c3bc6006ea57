# analytics-replay: the job of analytics that sends parked facts again. Opens what analytics sealed.
# The service itself has no such right. The job answers fences under its service's signing key.
path "transit/keys/svc-analytics" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-analytics" {
  capabilities = ["update"]
}
path "transit/decrypt/k-*" {
  capabilities = ["update"]
}
