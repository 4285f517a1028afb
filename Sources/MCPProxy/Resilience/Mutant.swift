#if MUTANTS
/// A defect that can be put into the program on purpose, to see whether the tests notice.
///
/// Compiled only where `MUTANTS` is defined: the simulation, never the product. Each case names the
/// property that must break; a mutant that survives is a hole in the properties.
///
/// B1 to B10 are defects that other breakers have. Two defects of the same list have no place here,
/// because the program has nothing to break in that way: a leader's cancel that kills its followers
/// (calls are not coalesced), and a budget that is checked but not reserved (there is none).
package enum Mutant: String, CaseIterable, Sendable {
  // MARK: Breaker

  /// B1: the result of a call that an older generation admitted counts in the present one.
  /// A late result changes no state.
  case lateResultCounted
  /// B2: a result that is late gives back a place of the present probes.
  /// Live and finished probes together are never more than the limit.
  case lateResultFreesPlace
  /// B3: a cancelled attempt counts as a success, so cancelling probes closes the breaker.
  /// Cancels change no breaker.
  case cancelCloses
  /// B4: a probe whose result never comes is never given up.
  /// A half-open breaker decides by its deadline.
  case lostProbeKeepsShut
  /// B5: admission goes by the wall clock, which people and time servers move.
  /// Nothing is admitted before the monotonic wait is over, and nothing refused after it.
  case wallClock
  /// B6: half-open admits without limit.
  /// Live and finished probes together are never more than the limit.
  case unlimitedProbes
  /// B7: the call that makes the breaker half-open is not counted as a probe.
  /// Live and finished probes together are never more than the limit.
  case firstProbeUncounted
  /// B8: calls that hang say nothing until they end.
  /// A breaker with the slow rule opens while they hang.
  case hungCallsInvisible
  /// B9: outcomes never grow too old.
  /// No trip from outcomes older than the window's age.
  case windowNeverAges
  /// B10: a late failure begins the open wait anew.
  /// A late result changes no state.
  case lateFailureProlongsWait
  /// Other limits begin the generations anew, so results from before count.
  /// A change of numbers keeps state and generation.
  case updateResetsGeneration
  /// B12: the tool's own word for its failure speaks against the endpoint.
  /// A result with `isError` opens no breaker.
  case toolErrorOpens
  /// A rate must be exceeded, not reached, to open.
  /// Five failures of ten calls open at a rate of a half.
  case rateMustBeExceeded

  // MARK: Admission

  /// A token is spent before the breaker is asked, and lost when it refuses.
  /// A refused call spends no token.
  case tokenSpentOnRefusal
  /// The guards are asked, another job runs, and then the place is taken without asking again.
  /// Calls in flight are never more than the limit.
  case admissionSplitByAwait
  /// A cancelled call does not settle its permits.
  /// When nothing is in flight, no permit is out.
  case permitDropped
  /// One place more than configured.
  /// Calls in flight are never more than the limit.
  case onePlaceTooMany
  /// One token more than the burst.
  /// In any span t no more than burst + rate · t calls are let through.
  case oneTokenTooMany
  /// A cancelled call stays in the queue, and blocks it when it comes to the head.
  /// A call waits only if a place or a token is missing.
  case cancelledWaiterStays
  /// The time that a call may wait goes on when a server comes up, instead of beginning anew.
  /// A call waits for a place no longer than the queue lets it, and no shorter.
  case waitNotRenewed
  /// A call of one tool takes its token out of another tool's bucket.
  /// In any span t no more than burst + rate · t calls of a tool are let through.
  case tokenOfAnotherTool
  /// A call waits for a place, although the breaker is shut and will refuse it.
  /// What an open breaker refuses is refused at once.
  case shutBreakerWaits

  // MARK: Processes and time

  /// A process that was killed for what it did is waited for without end.
  /// A process that does not end is given up.
  case deathNotGivenUp
  /// A stop that comes while the process is being started is forgotten.
  /// When the proxy ends, nothing is left of its servers.
  case stopWhileLaunchingForgotten
  /// A ping that is answered does not end a row of silent ones.
  /// Only pings in a row without an answer end a process.
  case silentPingsKept
  /// A call that was sent while a question was open is paused for all of it.
  /// A call's time stands still only while it is in flight and a question is open.
  case pausedBeforeSent
  /// The number of a question that was closed is given to the next.
  /// An answer reaches the question that it is for, or none.
  case questionNumberReused

  // MARK: Repeats

  /// The cap applies after the jitter, so most long waits are the cap itself.
  /// A wait is the capped ceiling times the random share; it equals the cap only by chance.
  case jitterBeforeCap
  /// The longest wait is read and not applied.
  /// No wait is longer than the cap: backoff, restart, open breaker.
  case maxBackoffIgnored
  /// The wait before a restart stays what it was after the first bad end.
  /// Bad ends in a row double the wait, up to the cap.
  case restartNotDoubled
  /// `attempts` counts the repeats, not the attempts.
  /// A safe call is executed no more than `attempts` times at one endpoint.
  case oneAttemptTooMany
  /// The retry budget pays with a token it does not have.
  /// Repeats are never more than budget + perSuccess · s + perSecond · t.
  case budgetOverdrawn
  /// A call that is not safe is repeated although it may have run.
  /// An unsafe call is executed at most once.
  case unsafeRepeated
  /// A tool is believed to be safe because it was so when the call came in.
  /// An unsafe call is executed at most once.
  case staleEffect
  /// Error -32602 is repeated elsewhere like a failure of the server.
  /// Every answer but -32603 is what the client gets.
  case fallbackOnInvalidParams

  // MARK: Answers

  /// A cancelled call is answered all the same.
  /// A cancelled request has no response.
  case cancelAnswered
  /// An id that is a string of digits comes back as a number.
  /// The response's id has the type and value of the request's.
  case idTypeLost
  /// Ids given to an endpoint are used again, so a late answer is taken for another call's.
  /// Answers never cross calls.
  case idReused
  /// A cancelled call leaves no line in the usage log.
  /// There are as many usage lines as calls.
  case cancelledCallNotBooked

  // Written before a run starts and only read while it lasts, so no two threads meet here; a lock
  // would be taken at every decision of millions of runs.
  nonisolated(unsafe) private static var active: Mutant?
  // The same: written between two decisions of the one thread that a run has.
  nonisolated(unsafe) private static var wall = TimeSpan.zero

  /// Switches to this defect alone, or to none; only between runs.
  package static func activate(_ mutant: Mutant?) { unsafe active = mutant }

  /// By how much the wall clock was set; what goes by it moves with it.
  static var wallShift: TimeSpan { unsafe wall }

  /// The wall clock is set; only the simulation's own thread does that.
  package static func shiftWall(by span: TimeSpan) { unsafe wall = wall + span }
  /// Another run begins.
  package static func resetWall() { unsafe wall = .zero }

  /// Whether the program has this defect now.
  static func isActive(_ mutant: Mutant) -> Bool { unsafe active == mutant }
}
#endif
