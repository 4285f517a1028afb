package import MCPProtocol

/// The client's side of the proxy, as an endpoint sees it.
package protocol EndpointObserver: LoopBound {
  /// An attempt that `begin` accepted has ended. Dealt with in this very step, without a hop.
  nonisolated func attemptEnded(_ call: UInt64, _ result: AttemptResult)
  /// A fault was injected into an attempt of the call, which ends next. Dealt with likewise.
  nonisolated func injected(_ mode: ChaosMode, into call: UInt64)
  /// The endpoint's tools are known, for the first time or anew.
  func toolsListed(by endpoint: Int, _ tools: [ToolEntry]) async
  /// The endpoint cannot say what tools it has: it did not start, or its list is no good.
  func listingFailed(by endpoint: Int) async
  /// A call made progress; `line` is the endpoint's notification.
  func progressed(_ call: UInt64, _ line: [UInt8], _ envelope: Envelope) async
  /// The endpoint logs something for the client.
  func logged(by endpoint: Int, _ line: [UInt8], _ envelope: Envelope) async
  /// The endpoint asks the client for something, under a number of its own.
  func asked(by endpoint: Int, _ number: UInt64, _ line: [UInt8], _ envelope: Envelope) async
  /// Nobody waits for the answer to what the endpoint asked (`nil`: to all of it). Dealt with in
  /// this very step, without a hop.
  nonisolated func takenBack(by endpoint: Int, _ number: UInt64?)
  /// Any other notification that concerns the client as it is.
  func notified(_ line: [UInt8], _ envelope: Envelope) async
}
