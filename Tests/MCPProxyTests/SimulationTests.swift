import Foundation
import MCPProxy
import Testing

/// The simulation itself: that it runs, and that a seed always takes the same way.
@Suite(.timeLimit(.minutes(2))) struct SimulationTests {
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

  @Test func `an unknown option is a usage error`() throws {
    #expect(try run("--nonsense").status == .code(64))
  }
}
