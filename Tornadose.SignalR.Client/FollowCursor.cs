namespace Tornadose.SignalR.Client;

/// <summary>
/// Where a subscription stands in each of its stores. The id of several stores is all of theirs, in the order of the names, joined by
/// dashes; over SignalR each store has a stream of its own, and the ids are joined here.
/// </summary>
internal sealed class FollowCursor
{
    /// <summary>A single id is <c>epoch-offset-tag</c>.</summary>
    private const int PartsOfId = 3;

    /// <summary>Stands for an empty id: the server would take that for a new subscriber, and not tell of the reset that is due.</summary>
    private const string NoId = "none";

    /// <summary>The id of those whom an operator has ended. No other is answered by 204, but one after which nothing will come.</summary>
    public const string Dismissed = "closed";

    private readonly StartAt? _start;
    private readonly string?[] _own;

    public FollowCursor(StoreList stores, StartAt? start)
    {
        _own = new string?[stores.Names.Count];
        if (start is { Where: StartAt.Kind.After } after)
            Move(after.Position?.ToString() ?? (string.IsNullOrEmpty(after.Text) ? NoId : after.Text));
        else
            _start = start;
    }

    /// <summary>The id of all stores that the next connection continues after; null before the first.</summary>
    public string? Id { get; private set; }

    /// <summary>What a request says of where to begin.</summary>
    public IEnumerable<(string Name, string Value)> Query => Id is not null
        ? [("after", Id)]
        : _start switch
        {
            null => [],
            { Where: StartAt.Kind.Earliest } => [("from", "earliest")],
            { Where: StartAt.Kind.Latest } => [("last", "1")],
            { Where: StartAt.Kind.Last } last => [("last", $"{last.Count}")],
            _ => [("last", "0")], // "from=now" gives the value of a data store
        };

    /// <summary>Takes over an id of all stores.</summary>
    public void Move(string id)
    {
        Id = id;
        var parts = id.Split('-');
        for (var index = 0; index < _own.Length; index++)
            _own[index] = parts.Length == _own.Length * PartsOfId
                ? string.Join('-', parts, index * PartsOfId, PartsOfId)
                : null;
    }

    /// <summary>Takes over the id of one store.</summary>
    /// <returns>The id of all stores; null while one has none, as the messages of that one would be skipped by it.</returns>
    public string? MoveStore(int index, string id)
    {
        _own[index] = id;
        if (Array.Exists(_own, static own => own is null))
            return null;
        return Id = string.Join('-', _own);
    }

    /// <summary>
    /// What to continue a store after, alone. Where the id cannot be taken apart, the server has to make of the whole what it can.
    /// </summary>
    public string? Of(int index) => _own[index] ?? Id;
}
