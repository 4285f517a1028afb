import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The command as a user runs it, and the texts it carries.
struct DemoCommandTests {
  @Test func `the demo carries the files of the repository`() throws {
    let root = SourceFile.root
    #expect(
      try String(contentsOf: root.appending(path: "mcp-proxy.json"), encoding: .utf8)
        == DemoConfiguration.text
    )
    #expect(
      try String(contentsOf: root.appending(path: "examples/session.jsonl"), encoding: .utf8)
        == DemoSession.text
    )
  }

  @Test func `every call of the session is a step of the story`() {
    let calls = DemoRequest.session.filter { $0.tool != nil }.compactMap(\.id)
    #expect(calls == DemoStep.all.map(\.id))
  }

  @Test func `the demo tells its story and leaves nothing behind`() throws {
    let place = try Place()
    let demo = try place.start()
    let lines = demo.collect()
    #expect(demo.waitForExit() == .code(0), "\(demo.stderrText)")
    #expect(demo.stderrText.isEmpty)
    #expect(lines.filter { $0.count > 80 } == [])
    #expect(!lines.contains { $0.contains("\u{1B}") })
    for (index, step) in DemoStep.all.enumerated() {
      #expect(lines.contains("\(index + 2). \(step.title)"))
    }
    // The same on every run: times and the fate of the last call are left out.
    for sentence in [
      "  answer       9007199254740994",
      "  broke        notes answered with an internal error",
      "  broke        the breaker of add at notes is open; the call was not sent there",
      "  broke        notes died during the call",
      "  model reads  Server \"notes\" exited (code 1) during this call; it is being",
      "  calls        13",
      "  refused      1, not sent anywhere",
      "  lost         1, which may have run",
      "  cost         0.0025 USD, reported for 1 of them",
      "  mcp-proxy check",
    ] {
      #expect(lines.contains(sentence), "\(sentence)")
    }
    #expect(try place.leftovers() == [])
  }

  @Test func `an interrupted demo leaves nothing behind`() throws {
    let place = try Place()
    let demo = try place.start()
    _ = try #require(demo.nextLine())
    demo.signal(SIGINT)
    let status = demo.waitForExit()
    // On a machine that is busy elsewhere the story may be over before the signal is sent.
    #expect(status == .code(130) || (status == .code(0) && demo.outputHasEnded))
    #expect(try place.leftovers() == [])
  }

  @Test func `a place where nothing can be written is an error of input and output`() throws {
    let demo = try ProcessHarness(
      ProcessHarness.program,
      ["demo"],
      environment: ["TMPDIR": "/nowhere/at/all", "PATH": "/bin"]
    )
    #expect(demo.waitForExit() == .code(74))
    #expect(demo.stderrText.hasPrefix("mcp-proxy: mkdtemp in /nowhere/at/all: "))
  }
}

/// A folder of its own in which a demo keeps what it writes.
private final class Place {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func start() throws -> ProcessHarness {
    // No home: it must need nothing of it.
    try ProcessHarness(
      ProcessHarness.program,
      ["demo"],
      environment: ["TMPDIR": folder.path(), "PATH": "/bin"]
    )
  }

  func leftovers() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path())
  }
}
