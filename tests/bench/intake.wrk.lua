-- wrk's side of the intake: the same signed body each time, under an id of its own, as Shopify signs the body only.
local body, sent = nil, 0
local run = os.time() .. "-" .. math.random(1000000)

function init(arguments)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-Shopify-Topic"] = "orders/create"
  wrk.headers["X-Shopify-Shop-Domain"] = arguments[1]
  wrk.headers["X-Shopify-Hmac-Sha256"] = arguments[2]
  wrk.headers["X-Shopify-Event-Id"] = "bench"
  wrk.headers["X-Shopify-API-Version"] = arguments[3]
  wrk.headers["X-Shopify-Triggered-At"] = "2026-11-27T10:00:00.000000000Z"
  local file = assert(io.open(arguments[4], "rb"))
  body = file:read("*a")
  file:close()
end

function request()
  sent = sent + 1
  wrk.headers["X-Shopify-Webhook-Id"] = run .. "-" .. sent
  return wrk.format(nil, nil, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"answered": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
