namespace Tornadose.SignalR;

/// <summary>The values of a keyed store at one moment.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="position">The position after which a stream continues without gap or duplicate.</param>
/// <param name="entries">The values by key.</param>
public sealed class StoreEntries<T>(MessagePosition position, IReadOnlyDictionary<string, T> entries)
{
    /// <summary>The position after which a stream continues without gap or duplicate.</summary>
    public MessagePosition Position { get; } = position;

    /// <summary>The text form of <see cref="Position"/>.</summary>
    public string Id => Position.ToString();

    /// <summary>The values by key.</summary>
    public IReadOnlyDictionary<string, T> Entries { get; } = entries;
}
