namespace Tornadose.SignalR.Client;

/// <summary>
/// The position of a subscription in each of its stores. The id of several stores is their ids in the order of the names, joined by
/// dashes; over SignalR each store has its own stream, and the ids are joined here.
/// </summary>
internal sealed class FollowCursor
{
    /// <summary>A single id is <c>epoch-offset-tag</c>.</summary>
    private const int PartsOfId = 3;

    /// <summary>Replaces an empty id: the server would treat the client as a new subscriber, and not send the reset that is due.</summary>
    private const string NoId = "none";

    /// <summary>
    /// The id of a client that an operator ended. The only other id that is answered by 204 is one after which nothing will come.
    /// </summary>
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

    /// <summary>The query parameters that say where to begin.</summary>
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
    /// <returns>
    /// The id of all stores; null while one store has none, because to resume after such an id would skip that store's messages.
    /// </returns>
    public string? MoveStore(int index, string id)
    {
        _own[index] = id;
        if (Array.Exists(_own, static own => own is null))
            return null;
        return Id = string.Join('-', _own);
    }

    /// <summary>
    /// The id to resume one store after. If the id of all stores cannot be split, it is returned whole, and the server decides what
    /// it means.
    /// </summary>
    public string? Of(int index) => _own[index] ?? Id;
}
