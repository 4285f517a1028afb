import Foundation
import MCPProxy
import Testing

/// Lists of tools: merged, stored, announced when they have changed.
@Suite(.timeLimit(.minutes(10))) struct ListTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private let changed = "notifications/tools/list_changed"

  @Test func `tools of several servers stand in the order of the file under their prefixes`() throws
  {
    let proxy = try ProcessHarness.proxy(
      servers: [
        ("zeta", "--tools echo,add", ""), ("alpha", "--tools echo", #""prefix":"al""#),
        ("bare", "--tools add", #""prefix":"""#), ("off", "--tools echo", #""disabled":true"#),
        ("hid", "--tools echo", #""hidden":true"#),
      ],
      home: home
    )
    proxy.initialize()
    let names = JSONText(try #require(proxy.listTools())).toolNames
    #expect(names == ["zeta__echo", "zeta__add", "al__echo", "add"])
    let called = JSONText(try #require(proxy.callAndWait("1", "al__echo", #"{"text":"x"}"#)))
    #expect(called.content == "x")
    // Neither the endpoint's own name nor that of one that is not listed leads anywhere.
    for name in ["echo", "alpha__echo", "hid__echo", "off__echo"] {
      #expect(JSONText(try #require(proxy.callAndWait("2", name, "{}"))).errorCode == -32602)
    }
  }

  @Test func `what is left out of the list cannot be called`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""includeTools":["*o*","add"],"excludeTools":["write_*","lo?"]"#,
      home: home
    )
    let names = JSONText(try #require(proxy.listTools())).toolNames
    #expect(names == ["echo", "add", "slow", "change_tools"])
    #expect(JSONText(try #require(proxy.callAndWait("1", "big", "{}"))).errorCode == -32602)
  }

  @Test func `a change is announced once, and only if it is one`() throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    _ = proxy.callAndWait("1", "change_tools", "{}")
    let line = JSONText(try #require(proxy.nextLine()))
    #expect(line.method == changed)
    #expect(JSONText(try #require(proxy.listTools())).toolNames.contains("extra"))
    // Twice, and all is as before.
    proxy.call("2", "change_tools", "{}")
    proxy.call("3", "change_tools", "{}")
    _ = proxy.collect { JSONText($0).id == "3" }
    proxy.call("4", "slow", #"{"ms":700}"#)
    #expect(proxy.finish().map { JSONText($0).id } == ["4"])
  }

  @Test func `a list is the same however often it is asked for`() throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    let first = proxy.listTools("1")
    #expect(proxy.listTools("1") == first)
  }

  @Test func `a server that hangs does not hold the list back, and is announced when it is there`()
    throws
  {
    let proxy = try ProcessHarness.proxy(
      servers: [("quick", "--tools echo", ""), ("late", "--tools add --start-delay 5000", "")],
      home: home
    )
    proxy.initialize()
    let start = ContinuousClock.now
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["quick__echo"])
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(JSONText(try #require(proxy.nextLine())).method == changed)
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["quick__echo", "late__add"])
  }

  @Test func `a server that cannot start does not hold the list back at all`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [("quick", "--tools echo", ""), ("dead", "--exit-start 1", "")],
      home: home
    )
    proxy.initialize()
    let start = ContinuousClock.now
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["quick__echo"])
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test func `the next start serves the stored list before its server is up`() throws {
    func proxy() throws -> ProcessHarness {
      let proxy = try ProcessHarness.proxy(
        servers: [("a", "--tools echo,add --start-delay 1500", "")],
        home: home
      )
      proxy.initialize()
      return proxy
    }
    let first = try proxy()
    let list = try #require(first.listTools())
    _ = first.finish()
    #expect(first.waitForExit() == .code(0))
    #expect(JSONText(list).toolNames == ["a__echo", "a__add"])
    let second = try proxy()
    let start = ContinuousClock.now
    #expect(second.listTools() == list)
    #expect(ContinuousClock.now - start < .milliseconds(1400))
    #expect(
      JSONText(try #require(second.callAndWait("1", "a__echo", #"{"text":"x"}"#))).content == "x"
    )
    // Nothing has changed, so nothing is announced.
    #expect(second.finish() == [])
  }

  @Test func `a stored list that is no longer true is corrected`() throws {
    func proxy(_ tools: String) throws -> ProcessHarness {
      // The same command line, so that it is the same entry of the store.
      let script =
        "exec \(ProcessHarness.program) example-server --start-delay 300 "
        + "--tools $(cat \(home.file("tools")))"
      _ = try home.write(tools, to: "tools")
      let proxy = try ProcessHarness.proxy(command: ["/bin/sh", "-c", script], home: home)
      proxy.initialize()
      return proxy
    }
    let first = try proxy("echo")
    #expect(JSONText(try #require(first.listTools())).toolNames == ["echo"])
    _ = first.finish()
    let second = try proxy("add")
    #expect(JSONText(try #require(second.listTools())).toolNames == ["echo"])
    #expect(JSONText(try #require(second.nextLine())).method == changed)
    #expect(JSONText(try #require(second.listTools())).toolNames == ["add"])
  }

  @Test(arguments: ["", "{", "[]", #"{"v":1,"tools":5}"#, #"{"v":2,"tools":[]}"#, "\u{0}"])
  func `a damaged store is as good as none`(text: String) throws {
    let first = try ProcessHarness.openProxy("--tools echo", home: home)
    _ = first.listTools()
    _ = first.finish()
    let names = try FileManager.default.contentsOfDirectory(atPath: home.file("catalog"))
    #expect(names.count == 1)
    for name in names { _ = try home.write(text, to: "catalog/\(name)") }
    let second = try ProcessHarness.openProxy("--tools echo", home: home)
    #expect(JSONText(try #require(second.listTools())).toolNames == ["echo"])
    #expect(second.finish() == [])
    #expect(second.stderrText == "")
  }

  @Test func `a call may come before the list was asked for`() throws {
    let proxy = try ProcessHarness.openProxy("--start-delay 200", home: home)
    #expect(JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#))).content == "x")
  }
}
