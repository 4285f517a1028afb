import Foundation
import MCPProtocol
import MCPProxy
import Testing

/// The files a newcomer runs first, held against the server they are made for.
@Suite struct ExampleFilesTests {
  @Test func `the example configuration starts servers that understand their arguments`() throws {
    for name in ["notes", "notes-backup"] {
      let options = try options(of: name)
      #expect(options.name == name)
    }
  }

  /// What the session is to show, played through the servers alone: who answers what.
  @Test func `the example session meets the faults it was written for`() throws {
    var primary = try Life(options: options(of: "notes"))
    var backup = try Life(options: options(of: "notes-backup"))
    var story: [String] = []
    for line in try text("examples/session.jsonl").split(separator: "\n") {
      let document = try JSONDocument.parse(Array(line.utf8))
      guard document.root["method"]?.string == "tools/call" else { continue }
      let name = try #require(document.root["params"]?["name"]?.string)
      let tool = String(name.dropFirst("notes__".count))
      #expect(name == "notes__" + tool)
      let own = line.replacing("notes__", with: "")
      story.append("\(tool): \(primary.send(own)), \(backup.send(own))")
    }
    #expect(
      story == [
        "echo: answers, answers", "write_note: answers, fails", "price: answers, fails",
        "price: answers, fails", "add: fails, answers", "add: fails, answers",
        "add: fails, answers", "add: fails, answers", "echo: answers, answers",
        "slow: dies, answers", "write_note: answers, fails", "write_note: dies, fails",
        "echo: answers, answers",
      ]
    )
  }

  private func options(of server: String) throws -> ExampleOptions {
    let document = try JSONDocument.parse(Array(try text("mcp-proxy.json").utf8))
    let entry = try #require(document.root["mcpServers"]?[server])
    #expect(entry["command"]?.string == "${mcpProxy}")
    let arguments = try #require(entry["args"]?.array).compactMap(\.string)
    #expect(arguments.first == "example-server")
    return try ExampleOptions(parsing: arguments.dropFirst())
  }

  private func text(_ path: String) throws -> String {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }
}

/// A server that is started again each time it has died.
private struct Life {
  private let options: ExampleOptions
  private var session: ExampleSession

  init(options: ExampleOptions) {
    self.options = options
    session = Self.start(options)
  }

  /// What became of a request.
  mutating func send(_ line: some StringProtocol) -> String {
    session.receive(Array(line.utf8), at: .zero)
    session.advance(to: .zero + .seconds(1))
    guard session.exitCode == nil else {
      session = Self.start(options)
      return "dies"
    }
    return String(decoding: session.takeOutput(), as: UTF8.self).contains(#""result":"#)
      ? "answers" : "fails"
  }

  private static func start(_ options: ExampleOptions) -> ExampleSession {
    var session = ExampleSession(options)
    session.receive(Array(initializeLine().utf8), at: .zero)
    _ = session.takeOutput()
    return session
  }
}
