/// Takes every sequence of the given steps, up to a length, from the same beginning.
///
/// A step that could not be taken is not followed: what comes after it is what comes without it,
/// and that is looked at anyway.
struct SequenceSearch<M: Machine> {
  let steps: [M.Step]
  /// Steps taken, over all sequences.
  private(set) var applied = 0

  init(_ steps: [M.Step]) { self.steps = steps }

  /// The first sequence that goes wrong; nil if none of this length or shorter does.
  mutating func search(from machine: M, length: Int) -> Counterexample<M.Step>? {
    guard length > 0 else { return nil }
    for step in steps {
      var next = machine
      applied += 1
      do throws(Discrepancy) {
        guard try next.apply(step) else { continue }
      } catch {
        return Counterexample(steps: [step], problem: error.text)
      }
      if var found = search(from: next, length: length - 1) {
        found.steps.insert(step, at: 0)
        return found
      }
    }
    return nil
  }
}
