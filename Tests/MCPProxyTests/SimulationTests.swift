import Foundation
import MCPProxy
import Testing

/// The simulation itself: that it runs, and that a seed always takes the same way.
@Suite(.timeLimit(.minutes(10))) struct SimulationTests {
  private typealias Run = (lines: [String], status: MCPProxy.ExitStatus?)

  private func run(_ arguments: String...) throws -> Run {
    let program = URL(filePath: ProcessHarness.program).deletingLastPathComponent()
      .appending(path: "simulate").path()
    let process = try ProcessHarness(program, arguments)
    process.closeInput()
    return (process.collect(), process.waitForExit())
  }

  @Test(arguments: 1...5)
  func `a seed takes the same way in two processes and breaks no promise`(seed: Int) throws {
    let first = try run("--seed", "\(seed)")
    let second = try run("--seed", "\(seed)")
    #expect(first.lines == second.lines)
    #expect(first.lines.first?.contains("trace") == true)
    #expect(first.status == .code(0))
  }

  @Test func `a defect is noticed and the seed made smaller`() throws {
    let found = try run("--seed", "1", "--mutant", "idReused")
    #expect(found.status == .code(1))
    #expect(found.lines.contains { $0.contains("--trace") })
  }

  @Test(
    arguments: [
      "appendLines", "directoryEntries", "isCurrent", "makeDirectories", "openLog", "read",
      "readFile", "replaceFile", "rewatch", "spawn", "startTime", "watch", "write",
    ]
  )
  func `no promise is broken when a call to the system always fails`(call: String) throws {
    let swept = try run("--fault", "patient:error:1...:\(call)")
    #expect(swept.status == .code(0), "\(swept.lines)")
    #expect(swept.lines.first?.contains(": 0 calls") == false)
  }

  @Test func `a defect is noticed when a call to the system fails`() throws {
    let found = try run("--fault", "patient:short:1", "--mutant", "cancelledCallNotBooked")
    #expect(found.status == .code(1))
  }

  @Test func `an unknown option is a usage error`() throws {
    #expect(try run("--nonsense").status == .code(64))
    #expect(try run("--fault", "patient:error").status == .code(64))
  }
}
