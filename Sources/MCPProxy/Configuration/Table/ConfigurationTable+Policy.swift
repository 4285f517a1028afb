/// The policy keys: what `defaults` and an entry of `mcpServers` may both set.
extension ConfigurationTable {
  static let policy = [
    ConfigurationKey(
      "timeout",
      synonyms: ["tool_timeout_sec", "requestTimeout"],
      .duration(span),
      .section(.timeout),
      example: #""50s""#,
      looksLikeSeconds: true,
      shorthand: "call",
      "How long calls may take: an object, or timeout.call alone."
    ),
    ConfigurationKey(
      "startupTimeout",
      synonyms: ["startup_timeout_sec", "startup_timeout_ms", "connectionTimeout"],
      .duration(span),
      example: #""20s""#,
      looksLikeSeconds: true,
      "Another way to write timeout.start."
    ),
    ConfigurationKey(
      "concurrency",
      synonyms: ["maxConcurrent"],
      .count(1...100_000),
      .section(.concurrency),
      example: #"{ "max": 8 }"#,
      shorthand: "max",
      "How many calls run at once: an object, or concurrency.max alone."
    ),
    ConfigurationKey(
      "rateLimit",
      .off,
      .rate,
      .section(.rateLimit),
      isOptional: true,
      standard: "null",
      example: #""60/min""#,
      "How often it may be called: a text such as 60/min, an object, or null or false for no limit."
    ),
    ConfigurationKey(
      "breaker",
      .off,
      .section(.breaker),
      isOptional: true,
      example: #"{ "open": "15s" }"#,
      "When calls to a failing server are stopped; null or false disables it."
    ),
    ConfigurationKey(
      "retry",
      .off,
      .section(.retry),
      isOptional: true,
      example: #"{ "attempts": 2 }"#,
      "How calls that may safely be repeated are; null or false means one attempt."
    ),
    ConfigurationKey(
      "restart",
      .section(.restart),
      example: #"{ "max": 3 }"#,
      "How a server that died is started again."
    ),
    ConfigurationKey(
      "annotations",
      .choice([["trust"], ["ignore"]]),
      standard: #""trust""#,
      example: #""ignore""#,
      "Whether its own annotations decide which tools are safe to repeat."
    ),
  ]

  static let timeout = [
    ConfigurationKey(
      "call",
      synonyms: ["request"],
      .duration(span),
      standard: #""50s""#,
      example: #""30s""#,
      looksLikeSeconds: true,
      "A whole call: waiting, attempts and fallback included."
    ),
    ConfigurationKey(
      "max",
      .duration(span),
      standard: #""10m""#,
      example: #""1h""#,
      looksLikeSeconds: true,
      "Where extension by progress messages ends; never below call."
    ),
    ConfigurationKey(
      "start",
      synonyms: ["startup"],
      .duration(span),
      standard: #""30s""#,
      example: #""1m""#,
      looksLikeSeconds: true,
      "Starting the server until it has told its tools."
    ),
  ]

  static let concurrency = [
    ConfigurationKey(
      "max",
      .count(1...100_000),
      standard: "16",
      example: "8",
      "Attempts that run at once."
    ),
    ConfigurationKey(
      "queue",
      .count(0...1_000_000),
      standard: "64",
      example: "0",
      "Calls that may wait for a place; more are refused."
    ),
    ConfigurationKey(
      "wait",
      .duration(spanOrNone),
      standard: #""5s""#,
      example: #""1s""#,
      "How long a call waits for a place or for the rate limit."
    ),
  ]

  static let rateLimit = [
    ConfigurationKey(
      "calls",
      .number(0...1e9),
      example: "60",
      "Calls within per; 0 blocks every call."
    ),
    ConfigurationKey(
      "per",
      .duration(span),
      standard: #""1s""#,
      example: #""1m""#,
      "The span calls are counted in."
    ),
    ConfigurationKey(
      "burst",
      .count(1...1_000_000_000),
      example: "5",
      "Calls at once after a rest; by default those of one second, at least one."
    ),
    ConfigurationKey(
      "onLimit",
      .choice([["wait", "queue"], ["reject"]]),
      standard: #""wait""#,
      example: #""reject""#,
      "What happens above the limit: wait, as concurrency.wait allows, or reject at once."
    ),
  ]

  static let retry = [
    ConfigurationKey(
      "attempts",
      .count(1...100),
      standard: "3",
      example: "2",
      "Attempts in all on one server; 1 switches retry off."
    ),
    ConfigurationKey(
      "base",
      .duration(spanOrNone),
      standard: #""100ms""#,
      example: #""200ms""#,
      "The first wait; it doubles."
    ),
    ConfigurationKey(
      "cap",
      .duration(spanOrNone),
      standard: #""2s""#,
      example: #""5s""#,
      "The longest wait; never below base."
    ),
    ConfigurationKey(
      "budget",
      .number(0...1e6),
      standard: "10",
      example: "20",
      "Retries that may be saved up; they bound retries under load."
    ),
    ConfigurationKey(
      "perSuccess",
      .number(0...1e6),
      standard: "0.2",
      example: "0.1",
      "What each success adds to the budget."
    ),
    ConfigurationKey(
      "perSecond",
      .number(0...1e6),
      standard: "0.1",
      example: "0",
      "What each second adds to the budget."
    ),
  ]

  static let restart = [
    ConfigurationKey(
      "base",
      .duration(spanOrNone),
      standard: #""500ms""#,
      example: #""1s""#,
      "The first wait; it doubles."
    ),
    ConfigurationKey(
      "cap",
      .duration(spanOrNone),
      standard: #""30s""#,
      example: #""1m""#,
      "The longest wait; never below base."
    ),
    ConfigurationKey(
      "max",
      .count(0...1000),
      standard: "5",
      example: "3",
      "Restarts within the span below; after more the server counts as crashed."
    ),
    ConfigurationKey(
      "within",
      .duration(span),
      standard: #""60s""#,
      example: #""10m""#,
      "The span in which restarts are counted."
    ),
    ConfigurationKey(
      "healthy",
      .duration(span),
      standard: #""60s""#,
      example: #""30s""#,
      "A server that lived this long starts again without a wait."
    ),
  ]
}
