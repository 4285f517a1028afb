import MCPProxy
import Testing

struct CheckReportTests {
  private static func report(_ text: String, isStrict: Bool = false) -> CheckReport {
    let surroundings = Surroundings(
      environment: [:],
      home: "/home/me",
      workingDirectory: "/folder",
      binaryPath: "/bin/mcp-proxy"
    ) { _ in nil }
    let result = ConfigurationLoader(
      bytes: Array(text.utf8),
      path: "mcp-proxy.json",
      surroundings: surroundings
    ).load()
    return CheckReport(
      configuration: result.configuration,
      problems: result.problems,
      path: "./mcp-proxy.json",
      isStrict: isStrict
    )
  }

  private static let good = #"{"mcpServers":{"a":{"command":"x"}}}"#
  private static let warned = #"{"mcpServers":{"a":{"command":"x"}},"foreign":1}"#
  private static let bad = #"{"mcpServers":{"a":{"command":"x","bad":1}},"foreign":1,"theme":2}"#

  @Test(arguments: [
    (good, false, Int32(0), "./mcp-proxy.json: ok, 1 endpoint\n"),
    (good, true, 0, "./mcp-proxy.json: ok, 1 endpoint\n"),
    (#"{"mcpServers":{}}"#, true, 0, "./mcp-proxy.json: ok, 0 endpoints\n"),
    (
      #"{"mcpServers":{"a":{"command":"x"}},"chaos":["drop:a","kill,limit=1"]}"#, true, 0,
      "./mcp-proxy.json: ok, 1 endpoint, 2 chaos rules (inactive without --chaos)\n"
    ),
    (
      warned, false, 0,
      """
      ./mcp-proxy.json:1:37: warning: unknown key "foreign" is ignored [CONFIG_FOREIGN_KEY]
      ./mcp-proxy.json: ok, 1 endpoint, 1 warning

      """
    ),
    (
      warned, true, 1,
      """
      ./mcp-proxy.json:1:37: warning: unknown key "foreign" is ignored [CONFIG_FOREIGN_KEY]
      1 warning

      """
    ),
    (
      bad, false, 78,
      """
      ./mcp-proxy.json:1:35: error: unknown key "bad" in mcpServers.a [CONFIG_UNKNOWN_KEY]
      ./mcp-proxy.json:1:45: warning: unknown key "foreign" is ignored [CONFIG_FOREIGN_KEY]
      ./mcp-proxy.json:1:57: warning: unknown key "theme" is ignored [CONFIG_FOREIGN_KEY]
      1 error, 2 warnings

      """
    ),
    (
      "{", false, 78,
      "./mcp-proxy.json:1:2: error: unexpected end of input [CONFIG_JSON]\n1 error\n"
    ),
  ])
  func `the text and the exit code say the same`(
    file: String,
    isStrict: Bool,
    exitCode: Int32,
    text: String
  ) {
    let report = Self.report(file, isStrict: isStrict)
    #expect(report.text == text)
    #expect(report.exitCode == exitCode)
  }

  @Test func `disabled and unusable endpoints are named`() {
    let report = Self.report(
      #"""
      {"mcpServers": {"a": {"command": "x"}, "b": {"command": "x", "disabled": true},
        "c": {"command": "${GONE}"}, "d": {"url": "https://example.org", "disabled": true}}}
      """#
    )
    #expect(report.text.hasSuffix("ok, 4 endpoints (disabled: b, d; unusable: c), 1 warning\n"))
    #expect(report.exitCode == 0)
  }

  @Test func `the JSON form has one row a problem and the totals`() {
    let json = String(decoding: Self.report(Self.bad).json, as: UTF8.self)
    #expect(
      json == #"{"schema":1,"data":[{"file":"./mcp-proxy.json","line":1,"column":35,"#
        + #""severity":"error","code":"CONFIG_UNKNOWN_KEY","#
        + #""message":"unknown key \"bad\" in mcpServers.a","endpoint":"a"},"#
        + #"{"file":"./mcp-proxy.json","line":1,"column":45,"severity":"warning","#
        + #""code":"CONFIG_FOREIGN_KEY","message":"unknown key \"foreign\" is ignored"},"#
        + #"{"file":"./mcp-proxy.json","line":1,"column":57,"severity":"warning","#
        + #""code":"CONFIG_FOREIGN_KEY","message":"unknown key \"theme\" is ignored"}],"#
        + #""totals":{"errors":1,"warnings":2,"endpoints":1,"disabled":0,"unusable":1,"#
        + #""chaos_rules":0}}"#
        + "\n"
    )
  }

  @Test func `the JSON form of nothing is an empty list`() {
    let json = String(decoding: Self.report(Self.good).json, as: UTF8.self)
    #expect(json.hasPrefix(#"{"schema":1,"data":[],"totals":"#))
  }
}
