namespace BlazorDashboard.Connections;

/// <summary>A time without connection: what each store had shown before, what it has published meanwhile, and what was replayed.</summary>
/// <param name="clock">Measures how long it is.</param>
public sealed class Gap(TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();
    private readonly Dictionary<string, string> _lastIds = new(StringComparer.Ordinal);
    private Dictionary<string, IReadOnlyList<string>> _missed = [];
    private Dictionary<string, IReadOnlyList<string>> _came = [];

    /// <summary>How long it took; null before the connection is back.</summary>
    public TimeSpan? Length { get; private set; }

    /// <summary>Whether everything that was missed has come.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>Whether it is what the stores have, id by id.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>How many messages were missed.</summary>
    public int Count => _missed.Values.Sum(ids => ids.Count);

    /// <summary>How many have come by now.</summary>
    public int Replayed => _came.Values.Sum(ids => ids.Count);

    /// <summary>The ids that came, by store.</summary>
    public IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> Came => _came.Where(store => store.Value.Count > 0);

    /// <summary>The ids that came to one store.</summary>
    public IReadOnlyList<string> CameTo(string store) => _came.GetValueOrDefault(store) ?? [];

    /// <summary>Records the id after which a store is cut off.</summary>
    public void Lose(string store, string id) => _lastIds.TryAdd(store, id);

    /// <summary>Records that the connection is back.</summary>
    public void End() => Length = clock.GetElapsedTime(_began);

    /// <summary>Asks the stores what they have published meanwhile.</summary>
    /// <param name="idsOf">All ids that a store keeps.</param>
    public async Task AskAsync(Func<string, Task<IEnumerable<string>>> idsOf)
    {
        var missed = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (store, id) in _lastIds)
            missed[store] = After(await idsOf(store), id);
        _missed = missed;
    }

    /// <summary>Compares it with what the views show: possibly more by now, or less while the replay continues.</summary>
    public void Compare(Func<string, IEnumerable<string>> shownBy)
    {
        _came = _missed.ToDictionary(
            store => store.Key,
            IReadOnlyList<string> (store) => [.. After(shownBy(store.Key), _lastIds[store.Key]).Take(store.Value.Count)],
            StringComparer.Ordinal);
        IsFilled = _missed.Count > 0 && _missed.All(store => _came[store.Key].Count == store.Value.Count);
        IsComplete = IsFilled && _missed.All(store => _came[store.Key].SequenceEqual(store.Value));
    }

    private static List<string> After(IEnumerable<string> ids, string id)
    {
        var all = ids.ToList();
        return all[(all.IndexOf(id) + 1)..];
    }
}
