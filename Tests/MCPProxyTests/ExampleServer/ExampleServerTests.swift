import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The real program over real pipes.
@Suite(.timeLimit(.minutes(10))) struct ExampleServerTests {
  @Test(arguments: [
    ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
    ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("", "2025-11-25"),
  ])
  func `a known revision is answered with itself`(asked: String, answered: String) throws {
    let server = try ProcessHarness.exampleServer("--name demo")
    #expect(
      server.initialize(asked) == #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"#
        + #""\#(answered)","capabilities":{"tools":{"listChanged":true},"logging":{}},"#
        + #""serverInfo":{"name":"demo","version":"1.0.0"}}}"#
    )
  }

  @Test func `one revision only, if told so`() throws {
    let server = try ProcessHarness.exampleServer("--protocol 2024-11-05")
    #expect(server.initialize()?.contains(#""protocolVersion":"2024-11-05""#) == true)
  }

  @Test func `tools are listed with what the revision knows`() throws {
    let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#
    let old = try ProcessHarness.exampleServer("--tools add")
    old.initialize("2024-11-05")
    old.send(list)
    let schema =
      #""inputSchema":{"type":"object","properties":{"a":{"type":"integer"},"#
      + #""b":{"type":"integer"}},"required":["a","b"]}"#
    #expect(
      old.nextLine() == #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"add","#
        + #""description":"Adds two integers exactly.",\#(schema)}]}}"#
    )
    let new = try ProcessHarness.exampleServer()
    new.initialize()
    new.send(list)
    let line = try #require(new.nextLine())
    #expect(
      line.matches(of: /{"name":"([a-z_]+)","desc/).map { String($0.1) }
        == ExampleTool.offered.map(\.rawValue)
    )
    #expect(line.matches(of: /"readOnlyHint":true/).count == 5)
    #expect(line.contains(#""outputSchema":{"type":"object","properties":{"sum""#))
  }

  @Test(arguments: [
    ("echo", #"{"text":"a\n\"é\u00e9"}"#, #""text":"a\n\"éé"}],"isError":false"#),
    (
      "add", #"{"a":9007199254740993,"b":-1}"#,
      #""9007199254740992"}],"structuredContent":{"sum":9007199254740992},"isError":false"#
    ),
    ("add", #"{"a":1.0,"b":1}"#, #""a must be an integer of at most 38 digits"}],"isError":true"#),
    ("echo", "{}", #""text must be a string"}],"isError":true"#),
    ("write_note", #"{"text":"n"}"#, #""note 1 written"}],"isError":false"#),
    ("slow", #"{"ms":1}"#, #""answered after 1 ms"}],"isError":false"#),
    ("slow", #"{"ms":-1}"#, #""ms must be from 0 to 3600000"}],"isError":true"#),
    ("fail", #"{"message":"broken"}"#, #""broken"}],"isError":true"#),
    ("big", #"{"bytes":5}"#, #""xxxxx"}],"isError":false"#),
    (
      "price", "{}",
      #""that cost 0.0025 USD"}],"isError":false,"_meta":{"usageTotalUsd":0.0025}"#
    ),
    ("ask", #"{"kind":"money"}"#, #""nothing of kind money can be asked"}],"isError":true"#),
    ("log", #"{"level":"loud","message":"m"}"#, #""no level loud"}],"isError":true"#),
  ])
  func `a tool answers`(tool: String, arguments: String, result: String) throws {
    let server = try ProcessHarness.exampleServer()
    server.initialize()
    server.call(#""c-1""#, tool, arguments)
    let line = try #require(server.nextLine())
    #expect(line.hasPrefix(#"{"jsonrpc":"2.0","id":"c-1","result":{"content":[{"type":"text","#))
    #expect(line.hasSuffix("\(result)}}"))
  }

  @Test func `an unknown tool is an error with the specified text`() throws {
    let server = try ProcessHarness.exampleServer("--tools echo")
    server.initialize()
    server.call("7", "add", "{}")
    #expect(
      server.nextLine()
        == #"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown tool: add"}}"#
    )
  }

  @Test(arguments: [
    ("roots", #""method":"roots/list"}"#),
    ("sampling", #""method":"sampling/createMessage","params":{"messages":[{"role":"user","#),
    ("elicitation", #""method":"elicitation/create","params":{"message":"What is your name?""#),
  ])
  func `ask asks the client and tells what it said`(kind: String, request: String) throws {
    let server = try ProcessHarness.exampleServer()
    server.initialize()
    server.call("1", "ask", #"{"kind":"\#(kind)"}"#)
    server.call("2", "ask", #"{"kind":"\#(kind)"}"#)
    #expect(server.nextLine()?.hasPrefix(#"{"jsonrpc":"2.0","id":1,\#(request)"#) == true)
    #expect(server.nextLine()?.hasPrefix(#"{"jsonrpc":"2.0","id":2,\#(request)"#) == true)
    server.send(#"{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"no"}}"#)
    server.send(#"{"jsonrpc":"2.0","id":1,"result":{"a": 1}}"#)
    #expect(
      server.nextLine() == #"{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","#
        + #""text":"{\"code\":-1,\"message\":\"no\"}"}],"isError":true}}"#
    )
    #expect(
      server.nextLine() == #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","#
        + #""text":"{\"a\": 1}"}],"isError":false}}"#
    )
  }

  @Test func `change_tools adds a tool and takes it away`() throws {
    let server = try ProcessHarness.exampleServer()
    server.initialize()
    for (tool, expected) in [
      ("change_tools", "added extra"), ("extra", #""hello""#), ("change_tools", "removed extra"),
      ("extra", "Unknown tool: extra"),
    ] {
      server.call("1", tool, #"{"text":"hello"}"#)
      if tool == "change_tools" {
        #expect(
          server.nextLine()
            == #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
        )
      }
      #expect(server.nextLine()?.contains(expected) == true)
    }
  }

  @Test func `a large answer arrives whole and in order`() throws {
    let server = try ProcessHarness.exampleServer()
    server.initialize()
    for id in 1...3 { server.call("\(id)", "big", #"{"bytes":1000000}"#) }
    for id in 1...3 {
      let line = try #require(server.nextLine())
      #expect(line.hasPrefix(#"{"jsonrpc":"2.0","id":\#(id),"#))
      #expect(line.utf8.count > 1_000_000)
    }
  }

  @Test func `a request cut anywhere and a last line without newline are read`() throws {
    let server = try ProcessHarness.exampleServer()
    server.initialize()
    server.send(bytes: Array(#"{"jsonrpc":"2.0","id":1,"me"#.utf8))
    server.send(bytes: Array("thod\":\"ping\"}\r\n\n{\"jsonrpc\":\"2.0\",\"id\":2,".utf8))
    #expect(server.nextLine() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
    server.send(bytes: Array(#""method":"ping"}"#.utf8))
    server.closeInput()
    #expect(server.collect() == [#"{"jsonrpc":"2.0","id":2,"result":{}}"#])
    #expect(server.waitForExit() == .code(0))
    #expect(server.stderrText == "")
  }
}
