namespace Tornadose.SignalR;

/// <summary>A change to store in a keyed store: a key is set or removed, or all keys are removed.</summary>
public readonly struct KeyedChange
{
    private KeyedChange(string? key, ReadOnlyMemory<byte> value, bool isSet, KeyCondition condition) =>
        (Key, Value, IsSet, Condition) = (key, value, isSet, condition);

    /// <summary>The removal of all keys.</summary>
    public static KeyedChange Clear => default;

    /// <summary>The key; null for all keys.</summary>
    public string? Key { get; }

    /// <summary>The new value, JSON on one line; empty for a removal.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>Whether the key is set; otherwise it is removed.</summary>
    public bool IsSet { get; }

    /// <summary>The condition that the key must meet.</summary>
    public KeyCondition Condition { get; }

    /// <summary>Whether all keys are removed.</summary>
    public bool IsClear => Key is null;

    /// <summary>What the change counts towards <c>MaxBytes</c>: key and value, in bytes.</summary>
    public int Size => Value.Length + (Key?.Length ?? 0);

    /// <summary>Sets a key.</summary>
    /// <param name="key">The key: 1 to 256 characters, without control characters.</param>
    /// <param name="value">The value, JSON on one line. It is kept, not copied.</param>
    /// <param name="condition">The condition that the key must meet.</param>
    /// <returns>The change.</returns>
    /// <exception cref="ArgumentException">The text is not a valid key.</exception>
    public static KeyedChange Set(string key, ReadOnlyMemory<byte> value, KeyCondition condition = default) =>
        new(StoreKeys.Validate(key), value, isSet: true, condition);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="condition">The condition that the key must meet.</param>
    /// <returns>The change.</returns>
    /// <exception cref="ArgumentException">The text is not a valid key.</exception>
    public static KeyedChange Remove(string key, KeyCondition condition = default) =>
        new(StoreKeys.Validate(key), default, isSet: false, condition);

    /// <summary>The change as an entry of a log.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="isNew">Whether the key did not exist before.</param>
    /// <returns>The entry's content.</returns>
    public MessageContent ToContent(string store, bool isNew) => IsClear
        ? MessageContent.OfClear
        : MessageContent.OfKey(store, Key!, !IsSet ? StoreChange.Delete : isNew ? StoreChange.Insert : StoreChange.Update, Value);
}
