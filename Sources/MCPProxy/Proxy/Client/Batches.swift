/// The arrays of messages whose answers are still gathered, by numbers of their own.
package struct Batches {
  private var batches: [Int: Batch] = [:]
  private var last = 0

  package init() {}

  package var isEmpty: Bool { batches.isEmpty }

  /// An array of so many messages; returns its number.
  ///
  /// It stays open until `forgo` was called once more than there are messages: when all of them
  /// were looked at.
  package mutating func open(_ messages: Int) -> Int {
    last += 1
    batches[last] = Batch(open: messages + 1)
    return last
  }

  /// Adds an answer that comes with its line end; returns the lines that are to be sent now.
  package mutating func add(_ frame: [UInt8], to number: Int) -> [[UInt8]] {
    // Out of the dictionary while it grows: two owners would mean a copy for each answer.
    guard var batch = batches.removeValue(forKey: number) else { return [frame] }
    var lines: [[UInt8]] = []
    // Several arrays then: each answer is found by its id.
    if batch.isFull(for: frame.count), let line = batch.takeLine() { lines.append(line) }
    batch.add(frame)
    return lines + settle(number, &batch)
  }

  /// One message of an array will not be answered; returns the line that is to be sent now.
  package mutating func forgo(_ number: Int) -> [[UInt8]] {
    guard var batch = batches.removeValue(forKey: number) else { return [] }
    return settle(number, &batch)
  }

  private mutating func settle(_ number: Int, _ batch: inout Batch) -> [[UInt8]] {
    batch.open -= 1
    guard batch.open <= 0 else {
      batches[number] = batch
      return []
    }
    return batch.takeLine().map { [$0] } ?? []
  }
}
