/// Every key of `mcp-proxy.json`.
///
/// The loader, the schema and the tests of the documents read it.
enum ConfigurationTable {
  /// One millisecond to one day: what a wait may be.
  static let span = 1.0...86_400_000
  /// The same, and no wait at all.
  static let spanOrNone = 0.0...86_400_000

  static let root = [
    ConfigurationKey(
      "$schema",
      .anything,
      example: #""https://example.org/mcp-proxy.schema.json""#,
      "Where editors find the schema of this file; not read."
    ),
    ConfigurationKey(
      "mcpServers",
      synonyms: ["servers", "mcp_servers", "context_servers", "mcp"],
      .map(.section(.endpoint)),
      example: #"{ "search": { "command": "search-server" } }"#,
      "The MCP servers behind the proxy, each under its name."
    ),
    ConfigurationKey(
      "defaults",
      .section(.defaults),
      example: #"{ "timeout": "30s" }"#,
      "Policy keys that hold for every server, key by key, unless its entry says otherwise."
    ),
    ConfigurationKey(
      "budget",
      .section(.budget),
      isOptional: true,
      example: #"{ "day": 5.00, "month": 100.00 }"#,
      "What all servers together may cost. Recorded, not enforced by this version."
    ),
    ConfigurationKey(
      "slo",
      .section(.slo),
      isOptional: true,
      example: #"{ "p95": "900ms", "errorRate": 0.01 }"#,
      "The service level all servers should keep. Recorded, not enforced by this version."
    ),
    ConfigurationKey(
      "proxy",
      .section(.proxy),
      example: #"{ "separator": "__" }"#,
      "What concerns the proxy itself."
    ),
    ConfigurationKey(
      "chaos",
      .texts(single: true),
      .section(.chaos),
      isOptional: true,
      example: #"["delay=300ms,p=0.2"]"#,
      shorthand: "rules",
      "Faults to inject, only with run --chaos: a list of rules, or an object."
    ),
  ]

  static let chaos = [
    ConfigurationKey(
      "rules",
      .texts(single: true),
      standard: "[]",
      example: #"["delay=300ms,p=0.2", "kill,limit=1"]"#,
      "MODE[:SERVER[/TOOL]][=DURATION][,p=SHARE][,limit=N][,after=N][,for=DURATION]."
    ),
    ConfigurationKey(
      "seed",
      .count(0...9_007_199_254_740_991),
      standard: "1",
      example: "7",
      "The same seed and the same calls give the same faults."
    ),
  ]

  static let proxy = [
    ConfigurationKey(
      "separator",
      .text,
      standard: #""__""#,
      example: #""-""#,
      "Between prefix and tool name; 1 to 8 of A-Z a-z 0-9 _ -."
    ),
    ConfigurationKey(
      "maxToolName",
      .count(16...128),
      standard: "46",
      example: "64",
      "Characters a tool name may have; longer ones are cut and get a stable hash."
    ),
    ConfigurationKey(
      "catalog",
      .choice([["stored"], ["live"]]),
      standard: #""stored""#,
      example: #""live""#,
      "stored: the last lists of tools are kept and served at once at the next start. live: not."
    ),
    ConfigurationKey(
      "watch",
      .flag,
      standard: "true",
      example: "false",
      "Reload when the file changes. Accepted; this version reads the file once, at start."
    ),
    ConfigurationKey(
      "maxLine",
      .size(1024...1 << 30),
      standard: #""16MB""#,
      example: #""64MB""#,
      "Bytes one message may have."
    ),
    ConfigurationKey(
      "usage",
      .off,
      .text,
      .section(.usage),
      isOptional: true,
      standard: "{}",
      example: #""usage.jsonl""#,
      "Where usage is recorded: an object, the path of one file, or false for nowhere."
    ),
    ConfigurationKey(
      "log",
      .section(.log),
      standard: "{}",
      example: #"{ "level": "info" }"#,
      "The proxy's own log."
    ),
  ]

  static let usage = [
    ConfigurationKey(
      "dir",
      .text,
      standard: #""auto""#,
      example: #""usage""#,
      "The folder of the dated files; auto is the state folder."
    ),
    ConfigurationKey(
      "arguments",
      .choice([["never"]]),
      standard: #""never""#,
      example: #""never""#,
      "Whether arguments of calls are recorded; they never are."
    ),
    ConfigurationKey(
      "keepDays",
      .count(1...36_500),
      standard: "90",
      example: "30",
      "Days after which a dated file is removed."
    ),
  ]

  static let log = [
    ConfigurationKey(
      "level",
      .choice([["error"], ["warn", "warning"], ["info"], ["debug"]]),
      standard: #""warn""#,
      example: #""info""#,
      "The least severity that is written."
    ),
    ConfigurationKey(
      "file",
      .text,
      standard: #""auto""#,
      example: #""proxy.log""#,
      "The path of the log; auto is one in the state folder."
    ),
  ]

  static let budget = [
    amount("hour", "0.5"),
    amount("day", "5.00"),
    amount("month", "100.00"),
    amount("session", "1.00"),
    ConfigurationKey(
      "calls",
      .section(.budgetCalls),
      example: #"{ "day": 500 }"#,
      "Limits in calls instead of money."
    ),
    ConfigurationKey(
      "currency",
      .text,
      standard: #""USD""#,
      example: #""EUR""#,
      "The currency of all costs: three capital letters."
    ),
    ConfigurationKey(
      "warn",
      .number(0...10),
      standard: "0.9",
      example: "0.8",
      "The share of a limit at which a warning is due."
    ),
    ConfigurationKey(
      "soft",
      .number(0...10),
      standard: "1.0",
      example: "1.0",
      "The share of a limit at which results say that it is spent."
    ),
    ConfigurationKey(
      "hard",
      .number(0...10),
      standard: "1.1",
      example: "1.2",
      "The share of a limit at which calls are refused."
    ),
    ConfigurationKey(
      "zone",
      .text,
      standard: #""UTC""#,
      example: #""Europe/Berlin""#,
      "The time zone in which days and months begin."
    ),
  ]

  static let budgetCalls = ["hour", "day", "month", "session"].map { window in
    ConfigurationKey(
      window,
      .count(0...1_000_000_000),
      example: "500",
      "Calls in one \(window)."
    )
  }

  static let slo = [
    ConfigurationKey(
      "p95",
      .duration(span),
      isOptional: true,
      example: #""900ms""#,
      "Within this span 95 of 100 calls should end."
    ),
    ConfigurationKey(
      "errorRate",
      .number(0...1),
      isOptional: true,
      example: "0.01",
      "The share of calls that may fail."
    ),
    ConfigurationKey(
      "window",
      .duration(span),
      standard: #""5m""#,
      example: #""10m""#,
      "The span that is judged."
    ),
    ConfigurationKey(
      "minCalls",
      .count(1...1_000_000),
      standard: "20",
      example: "50",
      "The least calls in the window before it is judged."
    ),
  ]

  private static func amount(_ window: String, _ example: String) -> ConfigurationKey {
    ConfigurationKey(
      window,
      .number(0...1e12),
      example: example,
      "Money that may be spent in one \(window)."
    )
  }
}
