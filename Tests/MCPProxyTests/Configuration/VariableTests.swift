import MCPProxy
import Testing

struct VariableTests {
  private static let environment = ["NAME": "value", "EMPTY": "", "MCP_PROXY_INPUT_KEY": "typed"]

  @Test(arguments: [
    ("plain", "plain"), ("${NAME}", "value"), ("a${NAME}b${NAME}c", "avaluebvaluec"),
    ("${env:NAME}", "value"), ("{env:NAME}", "value"), ("${EMPTY}", ""),
    ("${NAME:-other}", "value"), ("${GONE:-other}", "other"), ("${GONE:-}", ""),
    ("${EMPTY:-other}", "other"), ("${GONE:-a:b-c}", "a:b-c"),
    ("${userHome}", "/home/me"), ("${workspaceFolder}", "/project"),
    ("${workspaceFolderBasename}", "project"), ("${pathSeparator}${/}", "//"),
    ("${mcpProxy}", "/bin/mcp-proxy"), ("${input:key}", "typed"),
    ("${file:/secret}", "hush"), ("${file:beside}", "two\n"),
    ("$${NAME}", "${NAME}"), ("$NAME costs $5", "$NAME costs $5"), ("{NAME}", "{NAME}"),
    ("${NAME", "${NAME"), ("$", "$"), ("{", "{"), ("{}", "{}"),
  ])
  func `a form of variable means what it means elsewhere`(text: String, expected: String) {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","args":["\#(text)"]}}}"#,
      environment: Self.environment,
      files: ["/secret": "hush\r\n", "/folder/beside": "two\n\n"]
    )
    #expect(loading.command?.arguments == [expected])
    #expect(loading.problems.isEmpty)
  }

  @Test(arguments: [
    ("${GONE}", "GONE is not set"), ("${env:GONE}", "GONE is not set"),
    ("{env:GONE}", "GONE is not set"), ("${file:/gone}", "/gone cannot be read"),
    ("${input:my-key}", #"it needs the input "my-key": set MCP_PROXY_INPUT_MY_KEY"#),
    ("${cmd:op read x}", #""${cmd:op read x}" is no form of variable mcp-proxy knows"#),
  ])
  func `what stands for nothing makes its endpoint unusable`(text: String, reason: String) {
    let entries = [
      #""command":"\#(text)""#, #""command":"x","args":["\#(text)"]"#,
      #""command":"x","env":{"A":"\#(text)"}"#, #""command":"x","cwd":"\#(text)""#,
      #""command":"x","envFile":"\#(text)""#,
    ]
    for entry in entries {
      let loading = Loading(#"{"mcpServers":{"a":{\#(entry)},"b":{"command":"y"}}}"#)
      #expect(loading.reason == reason)
      #expect(loading.configuration?.endpoints.last?.launch == .process(Command("y")))
      #expect(loading.problems.count == 1)
    }
  }

  @Test(arguments: [1, 32, 33, 100_000])
  func `variables nest 32 deep and no deeper`(depth: Int) {
    let nested = String(repeating: "${GONE:-", count: depth) + "x"
    // Without the braces at the end it is no variable, and must not take long to see.
    for end in [String(repeating: "}", count: depth), ""] {
      let text = nested + end
      let loading = Loading(#"{"mcpServers":{"a":{"command":"x","args":["\#(text)"]}}}"#)
      if depth <= 32 {
        #expect(loading.command?.arguments == [end.isEmpty ? text : "x"])
      } else {
        #expect(loading.reason == #""${GONE:-${GONE:-${GO…" nests more than 32 braces"#)
      }
    }
  }

  @Test(arguments: [
    ("/project", [:], "/project"), ("/", [:], "/folder"),
    ("/project", ["CLAUDE_PROJECT_DIR": "/claude"], "/claude"),
  ])
  func `the workspace is the project, the working directory, the file's folder`(
    directory: String,
    environment: [String: String],
    expected: String
  ) {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","args":["${workspaceFolder}"]}}}"#,
      environment: environment,
      directory: directory
    )
    #expect(loading.command?.arguments == [expected])
  }

  @Test(arguments: [
    ("A=1\nB=2", ["A=1", "B=2"]), ("A=1\rB=2", ["A=1", "B=2"]),
    ("# c\n\n  A = 1  \r\nexport B=2", ["A=1", "B=2"]),
    ("A=one two # c", ["A=one two"]), ("A=a#b", ["A=a#b"]), ("A=", ["A="]),
    (#"A="x # \n\"y\\ \$z" # c"#, ["A=x # \n\"y\\ $z"]), (#"A='x \n "y"'"#, [#"A=x \n "y""#]),
    ("A=\"one \n two\" # c\nB=2", ["A=one \n two", "B=2"]), ("A='\r\n#\n'", ["A=\n#\n"]),
    (
      "export A = \"-----BEGIN KEY-----\r\nMII=\r\n-----END KEY-----\r\n\"\r\nB='2'",
      ["A=-----BEGIN KEY-----\nMII=\n-----END KEY-----\n", "B=2"]
    ),
    ("A='x\\'\nB=it's\n", [#"A=x\"#, "B=it's"]), ("A=\"\\\n\\\"\"", ["A=\\\n\""]),
    ("A=b=c", ["A=b=c"]), ("\u{FEFF}A=1", ["A=1"]), ("A=#c", ["A="]), (#"A="\q""#, [#"A=\q"#]),
  ])
  func `an envFile is read as shells read it`(file: String, expected: [String]) {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","envFile":"e.env","env":{"LAST":true}}}}"#,
      files: ["/folder/e.env": file]
    )
    let variables = loading.command?.environment.map { "\($0.name)=\($0.value)" }
    #expect(variables == expected + ["LAST=true"])
  }

  @Test func `of a variable set in several places the last one counts`() {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","envFile":"e.env","env":{"A":"3"},"envVars":["A"]}}}"#,
      environment: ["A": "1"],
      files: ["/folder/e.env": "A=2"]
    )
    #expect(loading.command?.environment.map(\.value) == ["1", "2", "3"])
  }

  @Test(arguments: [("~", "/home/me"), ("~/d", "/home/me/d"), ("~d", "/folder/~d")])
  func `a tilde alone is the home`(path: String, expected: String) {
    #expect(Loading.entry(#""cwd":"\#(path)""#).command?.directory == expected)
  }

  @Test(arguments: [
    ("A=1\nnothing", "has no KEY=VALUE in line 2"), ("1A=1", "has no KEY=VALUE in line 1"),
    ("=1", "has no KEY=VALUE in line 1"), ("A='1\n\n'\nB", "has no KEY=VALUE in line 4"),
    (#"A="open"#, "opens a quote in line 1 and never closes it"),
    ("A=1\n\nB='open\nC=1\n", "opens a quote in line 3 and never closes it"),
    (#"A="b"c"#, "has text behind the closing quote in line 1"),
    (
      "A=1\nB=\"open\nC=\"c\"\n",
      "has text behind the quote in line 3 that closes the one in line 2"
    ),
  ])
  func `a line that is no assignment makes the endpoint unusable`(file: String, reason: String) {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","envFile":"e.env"}}}"#,
      files: ["/folder/e.env": file]
    )
    #expect(loading.reason == "envFile /folder/e.env \(reason)")
  }
}
