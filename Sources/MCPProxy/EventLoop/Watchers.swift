/// Who is told of a descriptor's readiness, by the number of the watch.
///
/// A number names a place and how often it was used before, so a report that comes after its watch
/// has ended reaches nobody.
struct Watchers {
  struct Watcher {
    let owner: any LoopBound
    let token: UInt64
  }

  private struct Place {
    var use: UInt32 = 0
    var watcher: Watcher?
  }

  private var places: [Place] = []
  private var free: [Int] = []

  /// Returns the watch's number.
  mutating func add(_ owner: any LoopBound, _ token: UInt64) -> UInt64 {
    let index = free.popLast() ?? places.count
    if index == places.count { places.append(Place()) }
    places[index].watcher = Watcher(owner: owner, token: token)
    return UInt64(places[index].use) << 32 | UInt64(index)
  }

  mutating func remove(_ number: UInt64) {
    guard let index = place(number) else { return }
    places[index].watcher = nil
    places[index].use &+= 1
    free.append(index)
  }

  subscript(number: UInt64) -> Watcher? { place(number).flatMap { places[$0].watcher } }

  private func place(_ number: UInt64) -> Int? {
    let index = Int(number & 0xFFFF_FFFF)
    guard index < places.count, places[index].use == number >> 32 else { return nil }
    return index
  }
}
