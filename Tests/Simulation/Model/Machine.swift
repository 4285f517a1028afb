#if !MUTANTS
import MCPProxy
#endif

/// A value of the product beside its model: both take the same steps and are compared after each.
///
/// The files of this folder are compiled twice: into the simulation, where the product's sources
/// are part of the module and its defects can be switched on, and into the tests.
protocol Machine {
  /// One thing that can happen, with all it takes to happen again in the same way.
  associatedtype Step

  /// Begins with limits that are drawn, small ones, so that short sequences reach every rule.
  init(_ random: inout SeededRandom)

  /// A step that may come at any time.
  static func draw(_ random: inout SeededRandom) -> Step

  /// Takes a step; false if it could not be taken and nothing is different now.
  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool
}

/// What the product did and should not have done.
struct Discrepancy: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

/// Steps at the end of which a machine is wrong.
struct Counterexample<Step> {
  var steps: [Step]
  let problem: String
}

extension Counterexample: CustomStringConvertible {
  var description: String {
    steps.enumerated().map { "\($0 + 1). \($1)\n" }.joined() + problem
  }
}

extension Machine {
  /// Takes all steps up to the first that goes wrong.
  func counterexample(_ steps: [Step]) -> Counterexample<Step>? {
    var machine = self
    for (index, step) in steps.enumerated() {
      do throws(Discrepancy) {
        _ = try machine.apply(step)
      } catch {
        return Counterexample(steps: Array(steps[...index]), problem: error.text)
      }
    }
    return nil
  }
}

/// Fails with the text unless the condition holds.
func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Discrepancy) {
  if !condition { throw Discrepancy(text()) }
}
