namespace Tornadose.SignalR.Specifications;

/// <summary>Which offsets the ledger requires of a store.</summary>
internal enum LedgerRule
{
    /// <summary>A queue store: every offset, in order.</summary>
    Every,

    /// <summary>A data store: offsets increase, those in between may be missing.</summary>
    Latest,
}

/// <summary>
/// Keeps what was published and what each subscriber saw, and checks the invariants of the conformance catalogue:
/// L1 offsets are contiguous within an epoch; L2 the first offset is the cursor's next, or follows exactly one reset;
/// L3 no id twice; L4 a payload is what was published under its id; L5 all subscribers agree on it; L6 at rest every subscriber
/// has reached the top; L7 every acknowledged message is in the log exactly once.
/// </summary>
internal sealed class Ledger(LedgerRule rule = LedgerRule.Every)
{
    private readonly Lock _lock = new();
    private readonly List<(string Id, string Hash)> _published = [];
    private readonly HashSet<string> _uncertain = [];
    private readonly List<LedgerSubscriber> _subscribers = [];

    /// <summary>Records a publish that was acknowledged with an id. (A retry with the same idempotency key is not a second one.)</summary>
    public void Published(string id, string payload)
    {
        lock (_lock)
            _published.Add((id, MessageRecord.HashOf(payload)));
    }

    /// <summary>Records a publish that threw: the message may exist, under an id that the publisher never learned.</summary>
    public void Uncertain(string payload)
    {
        lock (_lock)
            _uncertain.Add(MessageRecord.HashOf(payload));
    }

    /// <param name="name">For the report.</param>
    /// <param name="wire">SSE, WebSocket, …; for the report.</param>
    /// <param name="after">The id the subscriber presents, null for none.</param>
    public LedgerSubscriber Subscriber(string name, string wire, string? after = null)
    {
        var subscriber = new LedgerSubscriber(name, wire, after);
        lock (_lock)
            _subscribers.Add(subscriber);
        return subscriber;
    }

    /// <summary>
    /// True as soon as every subscriber that is not ended has reached an id; for a bounded wait before <see cref="Check"/>.
    /// </summary>
    public bool HasReached(string top)
    {
        lock (_lock)
            return _subscribers.All(subscriber => subscriber.IsEnded || subscriber.LastId == top);
    }

    /// <summary>Checks L1 to L5, L6 when the store's top is given, and L7 when the log's content is given.</summary>
    /// <exception cref="LedgerException">Something does not hold; the message says what, for whom, and after which records.</exception>
    public void Check(string? top = null, IReadOnlyCollection<(string Id, string Payload)>? log = null)
    {
        lock (_lock)
        {
            var violations = _subscribers.SelectMany(subscriber => new LedgerWalk(subscriber, rule).Violations())
                .Concat(PayloadViolations())
                .Concat(top is null ? [] : TopViolations(top))
                .Concat(log is null ? [] : LogViolations(log))
                .ToArray();
            if (violations.Length > 0)
                throw new LedgerException($"{violations.Length} violations:\n{string.Join('\n', violations.Take(20))}");
        }
    }

    private IEnumerable<string> PayloadViolations()
    {
        var truth = _published.DistinctBy(message => message.Id).ToDictionary(message => message.Id, message => message.Hash);
        var agreed = new Dictionary<string, (string Hash, string By)>();
        foreach (var subscriber in _subscribers)
        {
            foreach (var message in subscriber.Records.OfType<MessageRecord>().Where(message => message.Id is not null))
            {
                if (truth.TryGetValue(message.Id!, out var hash) ? hash != message.Hash : !_uncertain.Contains(message.Hash))
                    yield return $"L4 {subscriber.Name}: {message} is not what was published under this id ({hash ?? "nothing"})";
                if (!agreed.TryAdd(message.Id!, (message.Hash, subscriber.Name)) && agreed[message.Id!].Hash != message.Hash)
                    yield return $"L5 {subscriber.Name}: {message}, but {agreed[message.Id!].By} saw #{agreed[message.Id!].Hash}";
            }
        }
    }

    private IEnumerable<string> TopViolations(string top) =>
        from subscriber in _subscribers
        where !subscriber.IsEnded && subscriber.LastId != top
        select $"L6 {subscriber.Name}: stands at {subscriber.LastId ?? "(nothing)"}, the store at {top}";

    private IEnumerable<string> LogViolations(IReadOnlyCollection<(string Id, string Payload)> log)
    {
        var stored = log.ToLookup(entry => entry.Id, entry => MessageRecord.HashOf(entry.Payload));
        foreach (var (id, hash) in _published)
        {
            if (!stored[id].SequenceEqual([hash]))
                yield return $"L7 {id} #{hash} was acknowledged, the log has [{string.Join(", ", stored[id])}]";
        }

        foreach (var twice in _published.GroupBy(message => message.Id).Where(group => group.Count() > 1))
            yield return $"L7 {twice.Key} was acknowledged to {twice.Count()} publishes";
    }
}
