import MCPProxy
import Testing

/// Entries that are nearly right.
struct LaunchEdgeTests {
  @Test(arguments: [
    ("${GONE:-${SET}}", "value"), ("${GONE:-${ALSO_GONE:-last}}", "last"),
    ("${SET:-${GONE}}", "value"),
    ("${env:GONE:-other}", "other"), ("{env:GONE:-other}", "other"),
    ("$${GONE:-${X}}", "${GONE:-${X}}"),
    ("${file:${userHome}/key}", "secret"), ("${file:key}", "here"), ("${SET}}", "value}"),
  ])
  func `forms of variables may nest`(text: String, expected: String) {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","args":["\#(text)"]}}}"#,
      environment: ["SET": "value"],
      files: ["/home/me/key": "secret\n", "/folder/key": "here"]
    )
    #expect(loading.command?.arguments == [expected])
    #expect(loading.problems.isEmpty)
  }

  @Test(arguments: [
    ("${GONE:-${ALSO_GONE}}", "ALSO_GONE is not set"),
    ("${}", "a variable without a name is not set"),
    ("${env:}", "a variable without a name is not set"),
    ("\\u0000", "a zero byte cannot be handed to a process"),
  ])
  func `what stands for nothing makes the entry unusable`(text: String, reason: String) {
    let loading = Loading(#"{"mcpServers":{"a":{"command":"x","args":["\#(text)"]}}}"#)
    #expect(loading.reason == reason)
    #expect(loading.problems == ["1:43: warning: \(reason) [CONFIG_VARIABLE]"])
  }

  @Test func `null in a pasted entry means that nothing is set`() {
    let loading = Loading(
      #"{"mcpServers":{"a":{"type":null,"command":"x","args":null,"env":null,"envFile":null,"#
        + #""cwd":null,"url":null,"headers":null}}}"#
    )
    #expect(loading.command == Command("x"))
    #expect(loading.problems.isEmpty)
  }

  @Test(arguments: ["A=B", "", "A\\u0000B"])
  func `a name no environment can hold is refused`(name: String) {
    let loading = Loading.entry(#""env":{"\#(name)":"v"}"#)
    #expect(loading.reason?.hasSuffix("cannot be the name of an environment variable") == true)
    #expect(loading.problems.count == 1)
  }

  @Test func `a second list of servers is not dropped in silence`() {
    let loading = Loading(#"{"mcpServers":{"a":{"command":"x"}},"servers":{"b":{"cmmand":"y"}}}"#)
    #expect(loading.configuration?.endpoints.map(\.name) == ["a"])
    #expect(
      loading.problems == [
        "1:37: warning: \"servers\" is ignored: the servers are those of another key "
          + "[CONFIG_CONFLICT]"
      ]
    )
  }

  @Test func `a fallback named twice is tried once`() {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","fallback":["b","b"]},"b":{"command":"x"}}}"#
    )
    #expect(loading.first?.fallback == ["b"])
    #expect(loading.problems == ["1:51: warning: fallback \"b\" is there twice [CONFIG_DUPLICATE]"])
  }

  @Test(arguments: [
    (
      #""excludeTools":["b",1]"#,
      "55: error: mcpServers.a.excludeTools[1] must be a text, not a number"
    ),
    (
      #""cost":{"from":"/a~2b"}"#,
      "50: error: cost.from \"/a~2b\" is no JSON pointer: a \"~\" stands alone"
    ),
    (
      #""cost":{"from":"/a~"}"#,
      "50: error: cost.from \"/a~\" is no JSON pointer: a \"~\" stands alone"
    ),
    (#""fallback":["b"]"#, "47: error: fallback \"b\" is not a server"),
  ])
  func `the place of a fault is the smallest there is`(members: String, expected: String) {
    let problems = Loading.entry(members).problems
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix("1:\(expected) [") == true, "\(problems)")
  }
}
