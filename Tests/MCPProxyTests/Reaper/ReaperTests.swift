import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The real reaper, given real groups, loses its proxy.
@Suite(.timeLimit(.minutes(10))) struct ReaperTests {
  private static let polite = "sleep 997 & sleep 997 & echo ready; wait"
  private static let deaf = "trap '' TERM HUP; sleep 997 & sleep 997 & echo ready; wait"

  @Test func `groups and grandchildren are gone, others survive`() throws {
    let reaper = try ProcessHarness(ProcessHarness.program, ["--reaper"])
    let groups = try (0..<8).map { try startGroup($0.isMultiple(of: 2) ? Self.polite : Self.deaf) }
    let removed = try startGroup(Self.polite)
    let unknown = try startGroup(Self.polite)
    let reused = try startGroup(Self.polite)
    for group in groups + [removed] {
      reaper.send("+\(group.process) \(ProcessStartTime.read(group.process))")
    }
    reaper.send("-\(removed.process)")
    reaper.send("+\(reused.process) \(ProcessStartTime.read(reused.process) + 1)")
    reaper.send(bytes: Array("+\(unknown.process) 0".utf8))
    #expect(groups.allSatisfy { members(of: $0) == 3 })

    let start = ContinuousClock.now
    reaper.closeInput()
    #expect(reaper.waitForExit() == .code(0))
    while groups.contains(where: { members(of: $0) > 0 }), ContinuousClock.now - start < .seconds(5)
    {
      _ = poll(nil, 0, 1)
    }
    #expect(groups.map { members(of: $0) } == Array(repeating: 0, count: 8))
    for group in groups.enumerated() {
      #expect(
        group.element.waitForExit() == .signal(group.offset.isMultiple(of: 2) ? SIGTERM : SIGKILL)
      )
    }
    #expect([removed, unknown, reused].map { members(of: $0) } == [3, 3, 3])
  }

  @Test func `grandchildren end although their leader ended before`() throws {
    let reaper = try ProcessHarness(ProcessHarness.program, ["--reaper"])
    let group = try startGroup("sleep 997 & echo ready")
    reaper.send("+\(group.process) \(ProcessStartTime.read(group.process))")
    #expect(group.waitForExit() == .code(0))
    #expect(members(of: group) == 1)
    reaper.closeInput()
    #expect(reaper.waitForExit() == .code(0))
    #expect(members(of: group) == 0)
  }

  #if !canImport(Darwin)
  @Test func `a process that was announced and not registered ends, and no other`() throws {
    let reaper = try ProcessHarness(ProcessHarness.program, ["--reaper"])
    let (announced, other) = (try startGroup(Self.deaf), try startGroup(Self.polite))
    let link = try FileManager.default
      .destinationOfSymbolicLink(atPath: "/proc/\(announced.process)/fd/0")
    reaper.send("~" + link.filter(\.isNumber))
    reaper.closeInput()
    #expect(reaper.waitForExit() == .code(0))
    #expect(announced.waitForExit() == .signal(SIGKILL))
    // The rest of the group was killed in the same moment and is on its way.
    while members(of: announced) > 0 { _ = poll(nil, 0, 1) }
    #expect(members(of: other) == 3)
  }
  #endif

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGPIPE])
  func `signals do not end the reaper before its work`(signal: Int32) throws {
    let reaper = try ProcessHarness(ProcessHarness.program, ["--reaper"])
    let group = try startGroup(Self.polite)
    reaper.send("+\(group.process) 0")
    while !ignores(signal, reaper.process) { _ = poll(nil, 0, 1) }
    reaper.signal(signal)
    reaper.closeInput()
    #expect(reaper.waitForExit() == .code(0))
    #expect(group.waitForExit() == .signal(SIGTERM))
  }

  @Test func `the reaper keeps only its input open`() throws {
    let reaper = try ProcessHarness(ProcessHarness.program, ["--reaper"])
    // The end of output that nobody else holds comes when the reaper has let go of it.
    #expect(reaper.nextLine() == nil)
    #expect(reaper.waitForExit(timeout: .zero) == nil)
    #expect(reaper.stderrText == "")
    reaper.closeInput()
    #expect(reaper.waitForExit() == .code(0))
  }

  /// A shell and what it started, all of them running.
  private func startGroup(_ script: String) throws -> ProcessHarness {
    let group = try ProcessHarness("/bin/sh", ["-c", script])
    #expect(group.nextLine() == "ready")
    return group
  }

  /// The processes of a group that are not dead.
  private func members(of group: ProcessHarness) -> Int {
    #if canImport(Darwin)
    return kill(-group.process, 0) == 0 ? 3 : 0
    #else
    let processes = ProcessStatus.allProcesses() ?? []
    return processes.compactMap(ProcessStatus.read)
      .count { $0.group == group.process && !$0.isZombie }
    #endif
  }

  /// Whether the process has told the system to ignore the signal.
  private func ignores(_ signal: Int32, _ process: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else {
      return true
    }
    let mask = text.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }?
      .dropFirst(7).trimmingPrefix(while: \.isWhitespace)
    return UInt64(mask ?? "", radix: 16).map { $0 >> (signal - 1) & 1 == 1 } ?? false
  }
}
