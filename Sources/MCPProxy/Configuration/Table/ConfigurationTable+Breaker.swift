/// The keys of `breaker`.
extension ConfigurationTable {
  static let breaker = [
    ConfigurationKey(
      "mode",
      .choice([["normal"], ["forcedOpen"], ["disabled"], ["metricsOnly"]]),
      standard: #""normal""#,
      example: #""metricsOnly""#,
      "normal; forcedOpen refuses every call; disabled counts nothing; metricsOnly never opens."
    ),
    ConfigurationKey(
      "failureRate",
      .number(0.001...1),
      isOptional: true,
      standard: "0.5",
      example: "0.3",
      "The share of failed calls at which it opens; null: no such rule."
    ),
    ConfigurationKey(
      "slowRate",
      .number(0.001...1),
      isOptional: true,
      standard: "0.5",
      example: "0.8",
      "The share of slow calls at which it opens; null: no such rule."
    ),
    ConfigurationKey(
      "slow",
      .duration(span),
      isOptional: true,
      standard: "null",
      example: #""5s""#,
      "A call that takes longer is slow; null: none is."
    ),
    ConfigurationKey(
      "minCalls",
      .count(1...10_000),
      standard: "5",
      example: "10",
      "The least calls in the window before a share is judged."
    ),
    ConfigurationKey(
      "window",
      .count(1...10_000),
      standard: "20",
      example: "50",
      "The last calls that are judged; never fewer than minCalls."
    ),
    ConfigurationKey(
      "windowAge",
      .duration(span),
      standard: #""60s""#,
      example: #""2m""#,
      "Calls older than this are forgotten."
    ),
    ConfigurationKey(
      "consecutive",
      .count(1...10_000),
      isOptional: true,
      standard: "5",
      example: "3",
      "Failures in a row that open it whatever the share; null: no such rule."
    ),
    ConfigurationKey(
      "open",
      .duration(span),
      standard: #""30s""#,
      example: #""15s""#,
      "How long it stays open at first; doubles each time it opens again."
    ),
    ConfigurationKey(
      "maxOpen",
      .duration(span),
      standard: #""5m""#,
      example: #""10m""#,
      "The longest it stays open; never below open."
    ),
    ConfigurationKey(
      "halfOpenCalls",
      .count(1...1000),
      standard: "3",
      example: "1",
      "Calls let through on trial before it closes."
    ),
    ConfigurationKey(
      "probeTimeout",
      .duration(span),
      standard: #""15s""#,
      example: #""10s""#,
      "A trial without a verdict ends after this, and it opens again."
    ),
    ConfigurationKey(
      "perTool",
      .flag,
      standard: "true",
      example: "false",
      "Whether each tool has a small breaker of its own besides."
    ),
  ]
}
