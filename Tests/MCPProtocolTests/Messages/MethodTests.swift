import MCPProtocol
import Testing

@Suite struct MethodTests {
  private static let table: [(Method, String)] = [
    (.initialize, "initialize"), (.initialized, "notifications/initialized"), (.ping, "ping"),
    (.discover, "server/discover"), (.listTools, "tools/list"), (.callTool, "tools/call"),
    (.setLogLevel, "logging/setLevel"), (.cancelled, "notifications/cancelled"),
    (.progress, "notifications/progress"), (.logMessage, "notifications/message"),
    (.toolsChanged, "notifications/tools/list_changed"), (.listRoots, "roots/list"),
    (.rootsChanged, "notifications/roots/list_changed"),
    (.createMessage, "sampling/createMessage"), (.elicit, "elicitation/create"),
    (.elicitationComplete, "notifications/elicitation/complete"),
  ]

  static var names: Set<String> { Set(table.map(\.1)) }

  private static func method(_ name: String) throws -> Method {
    let line = #"{"jsonrpc":"2.0","id":1,"method":"\#(name)"}"#.bytes
    return try EnvelopeParser.parse(line.span).method
  }

  @Test(arguments: table)
  func `a method and its name on the wire belong together`(method: Method, name: String) throws {
    #expect(try Self.method(name) == method)
    let text = method.name.map { unsafe String(cString: $0.utf8Start) }
    #expect(text == name)
  }

  @Test(arguments: table)
  func `a method may be written with escapes`(method: Method, name: String) throws {
    #expect(try Self.method(name.replacing("/", with: #"\/"#)) == method)
    #expect(try Self.method(name.replacing("i", with: #"\u0069"#)) == method)
  }

  @Test(arguments: [
    "", "tool/call", "tools/calls", "tools/cal", "Tools/call", "tools/call ", "prompts/list",
    "other",
    "tools/list_changed", "\u{1F600}", #"tools\\/call"#, #"tools/call\u0000"#, #"\ud800"#,
  ])
  func `any other name is another method`(name: String) throws {
    #expect(try Self.method(name) == .other)
  }

  @Test func `another method has no name`() { #expect(Method.other.name == nil) }
}
