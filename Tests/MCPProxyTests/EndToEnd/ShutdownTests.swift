import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// How the proxy ends, and what it leaves behind: nothing.
@Suite(.timeLimit(.minutes(10))) struct ShutdownTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  @Test func `the end of input lets what is in flight be answered`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    for number in 1...20 { proxy.call("\(number)", "slow", #"{"ms":\#(number * 10)}"#) }
    let lines = proxy.finish().map { JSONText($0) }
    #expect(Set(lines.compactMap(\.id)) == Set((1...20).map(String.init)))
    #expect(lines.allSatisfy { $0.isError == false })
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
    #expect(home.lines(below: "usage").count == 20)
  }

  @Test(arguments: [(SIGTERM, 0), (SIGINT, 130), (SIGHUP, 0)] as [(Int32, Int32)])
  func `a signal ends an idle proxy quietly`(signal: Int32, code: Int32) throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    proxy.signal(signal)
    #expect(proxy.waitForExit() == .code(code))
    #expect(proxy.stderrText == "")
  }

  @Test(arguments: [(SIGTERM, 0), (SIGINT, 130)] as [(Int32, Int32)])
  func `calls in flight are answered before a signal ends the proxy`(
    signal: Int32,
    code: Int32
  ) throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    proxy.call("1", "hang", "{}")
    proxy.call("2", "echo", #"{"text":"x"}"#)
    _ = proxy.answer("2")
    let start = ContinuousClock.now
    proxy.signal(signal)
    let lines = proxy.collect().map { JSONText($0) }
    #expect(lines.map(\.id) == ["1"])
    #expect(lines.first?.isError == true)
    #expect(proxy.waitForExit() == .code(code))
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(home.lines(below: "usage").count == 2)
  }

  @Test func `interrupting twice ends at once`() throws {
    let proxy = try ProcessHarness.guarded("--ignore-term --ignore-eof", "", home: home)
    proxy.call("1", "slow", #"{"ms":30000}"#)
    proxy.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
    _ = proxy.answer("2")
    let start = ContinuousClock.now
    // Two that come together are one to the system, so that the second is sent until it is seen.
    let ends = eventually {
      proxy.signal(SIGINT)
      return proxy.waitForExit(timeout: .zero) != nil
    }
    #expect(ends)
    #expect(proxy.waitForExit() == .code(130))
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func `a server deaf to everything is gone with the proxy inside two seconds`() throws {
    let proxy = try ProcessHarness.guarded(
      "--ignore-term --ignore-eof --grandchild",
      "",
      home: home
    )
    let servers = children(of: proxy.process)
    let start = ContinuousClock.now
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    #expect(ContinuousClock.now - start < .seconds(2.5))
    for server in servers { #expect(eventually { kill(-server, 0) != 0 }) }
  }

  #if !canImport(Darwin)
  /// The living processes of the groups that these lead.
  private func members(of groups: [Int32]) -> [Int32] {
    (ProcessStatus.allProcesses() ?? []).filter { process in
      guard let status = ProcessStatus.read(process) else { return false }
      return groups.contains(status.group) && !status.isZombie
    }
  }

  @Test func `nothing is left a second after the proxy was killed`() throws {
    let deaf = "trap '' TERM HUP; sleep 997 & "
    let script =
      deaf + "exec \(ProcessHarness.program) example-server --ignore-term --ignore-eof --grandchild"
    let entries = (0..<4).map { number in
      #""s\#(number)":{"command":"/bin/sh","args":["-c","\#(script)"]}"#
    }
    let proxy = try ProcessHarness.proxyFile(
      "{\"mcpServers\":{\(entries.joined(separator: ","))}}",
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    proxy.call("1", "s0__hang", "{}")
    let all = children(of: proxy.process)
    // The reaper leads a session of its own; it ends when its work is done.
    #expect(all.count == 5)
    #expect(members(of: all).count >= 4 * 3)
    let start = ContinuousClock.now
    proxy.signal(SIGKILL)
    #expect(eventually { members(of: all).isEmpty })
    #expect(ContinuousClock.now - start < .seconds(1.5))
  }

  @Test(arguments: [false, true])
  func `a reaper that was killed is replaced and does its work`(atOnce: Bool) throws {
    let proxy = try ProcessHarness.guarded("--ignore-term --ignore-eof", "", home: home)
    let before = children(of: proxy.process)
    let first = try #require(before.first(where: isReaper))
    let server = try #require(before.first { $0 != first })
    kill(first, SIGKILL)
    let deadline = ContinuousClock.now + ProcessHarness.patience
    // Without a pause: what is wanted is the instant in which the new one is there.
    while children(of: proxy.process).allSatisfy(before.contains), ContinuousClock.now < deadline {}
    if !atOnce { _ = proxy.callAndWait("1", "echo", #"{"text":"x"}"#) }
    proxy.signal(SIGKILL)
    #expect(eventually { members(of: [server]).isEmpty })
    kill(-server, SIGKILL)
  }

  private func isReaper(_ process: Int32) -> Bool {
    (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8))?
      .contains("--reaper") == true
  }

  @Test func `fifty restarts leave no zombie and no descriptor behind`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""restart":{"base":"1ms","cap":"1ms","max":1000},"retry":{"attempts":1},"#
        + #""breaker":{"mode":"disabled"}"#,
      home: home
    )
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(proxy.process)/fd").count
    }
    for number in 1...3 {
      #expect(
        JSONText(try #require(proxy.callAndWait("\(number)", "crash", "{}"))).reason
          == "server_died"
      )
    }
    _ = proxy.callAndWait("4", "echo", #"{"text":"x"}"#)
    let before = try descriptors()
    for number in 10..<60 {
      #expect(
        JSONText(try #require(proxy.callAndWait("\(number)", "crash", "{}"))).reason
          == "server_died"
      )
    }
    #expect(
      JSONText(try #require(proxy.callAndWait("99", "echo", #"{"text":"x"}"#))).content == "x"
    )
    #expect(try descriptors() == before)
    #expect(children(of: proxy.process).count == 2)
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
  }

  @Test func `no descriptor of whoever started the proxy reaches its servers`() throws {
    // A number far above those that programs use by themselves; not closed on exec.
    let number = fcntl(2, F_DUPFD, 300)
    let other = fcntl(2, F_DUPFD, 40)
    defer { for descriptor in [number, other] { close(descriptor) } }
    let proxy = try ProcessHarness.guarded("", "", home: home)
    for child in children(of: proxy.process) {
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(child)/fd")
      #expect(open.compactMap { Int($0) }.allSatisfy { $0 <= 3 }, "\(open)")
    }
  }
  #endif

  @Test(arguments: ["", "--start-delay 300"])
  func `a client that goes away ends the proxy quietly although a call hangs`(
    options: String
  ) throws {
    // A stored list, so that calls are on their way before the server is up.
    _ = try ProcessHarness.guarded(options, "", home: home).finish()
    let proxy = try ProcessHarness.guarded(options, "", home: home)
    proxy.call("1", "hang", "{}")
    proxy.closeOutput()
    proxy.call("2", "echo", #"{"text":"x"}"#)
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
    let usage = home.lines(below: "usage").map { JSONText($0) }
    // What came after it showed that nobody reads was not read; the second may have been quicker.
    let statuses = usage.compactMap { $0.string("status") }.sorted()
    let possible = [[], ["cancelled"], ["cancelled", "cancelled"], ["cancelled", "ok"]]
    #expect(possible.contains(statuses))
  }

  @Test func `a client that does not read holds nothing up for ever`() throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    // 60 MB of answers that nobody reads, by and by.
    var sent = 0
    while sent < 60 {
      proxy.sendWithoutReading(
        #"{"jsonrpc":"2.0","id":\#(sent),"method":"tools/call","params":{"name":"big","#
          + #""arguments":{"bytes":1000000}}}"#
      )
      sent += 1
    }
    #expect(eventually { memory(of: proxy.process) > 0 })
    let peak = memory(of: proxy.process)
    #expect(peak < 60_000, "\(peak) kB")
    var answers = 0
    while answers < sent, let line = proxy.nextLine() {
      if JSONText(line).id != nil { answers += 1 }
    }
    #expect(answers == sent)
    #expect(memory(of: proxy.process) < 60_000)
  }

  /// Resident memory in kilobytes, at its highest.
  private func memory(of process: Int32) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
