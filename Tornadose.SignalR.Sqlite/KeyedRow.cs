namespace Tornadose.SignalR.Sqlite;

/// <summary>How a change of a keyed store is stored: its key, the kind of change, and its value.</summary>
internal static class KeyedRow
{
    /// <summary>The value of a removal in the column <c>change</c>; an index depends on it.</summary>
    public const long Removal = 3;

    private const long Insert = 1;
    private const long Update = 2;
    private const long Clear = 4;

    /// <summary>The key of a change. Only that of a removal of all keys is empty.</summary>
    public static string KeyOf(MessageContent content) => content.Key ?? "";

    public static long ChangeOf(MessageContent content) => content.Change switch
    {
        StoreChange.Insert => Insert,
        StoreChange.Update => Update,
        StoreChange.Delete => Removal,
        _ => Clear,
    };

    public static MessageContent Read(string store, string key, long change, byte[] value) => change switch
    {
        Clear => MessageContent.OfClear,
        Removal => MessageContent.OfKey(store, key, StoreChange.Delete, default),
        _ => MessageContent.OfKey(store, key, change == Insert ? StoreChange.Insert : StoreChange.Update, value),
    };
}
