namespace Tornadose.SignalR.Client;

/// <summary>
/// The stores that a subscription follows: one by its URL, or several in one request, whose messages then name their store.
/// </summary>
internal sealed class StoreList
{
    /// <summary>How many a server takes in one request.</summary>
    public const int Most = 64;

    private StoreList(string[] names, bool isList) => (Names, IsList) = (names, isList);

    public IReadOnlyList<string> Names { get; }

    public bool IsList { get; }

    /// <exception cref="ArgumentException">It is not a store name.</exception>
    public static StoreList Of(string store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new([StoreNames.Validate(store)], isList: false);
    }

    /// <exception cref="ArgumentException">There are none, too many, one twice, or one that is not a store name.</exception>
    public static StoreList Of(IReadOnlyCollection<string> stores)
    {
        ArgumentNullException.ThrowIfNull(stores);
        string[] names = [.. stores.Select(StoreNames.Validate)];
        if (names.Length is 0 or > Most)
            throw new ArgumentException($"One connection carries 1 to {Most} stores, not {names.Length}.", nameof(stores));
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? new(names, isList: true)
            : throw new ArgumentException("A store is named twice.", nameof(stores));
    }

    /// <summary>
    /// The index of the store that a message names; 0 if messages name none; negative for a store that is not in the list.
    /// </summary>
    public int IndexOf(string? name)
    {
        if (!IsList)
            return 0;
        for (var index = 0; index < Names.Count; index++)
            if (Names[index] == name)
                return index;
        return -1;
    }

    public override string ToString() => string.Join(", ", Names);
}
