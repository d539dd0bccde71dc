namespace Tornadose.SignalR;

/// <summary>The condition that a key must meet for a change of it to be stored. The default value requires nothing.</summary>
public readonly record struct KeyCondition
{
    private KeyCondition(KeyRequirement requirement, MessagePosition? position = null) =>
        (Requirement, Position) = (requirement, position);

    /// <summary>The key does not exist.</summary>
    public static KeyCondition IfNew { get; } = new(KeyRequirement.New);

    /// <summary>The key exists.</summary>
    public static KeyCondition IfExists { get; } = new(KeyRequirement.Exists);

    /// <summary>What the condition requires.</summary>
    public KeyRequirement Requirement { get; }

    /// <summary>With <see cref="KeyRequirement.Unchanged"/>, the required position of the key's value. Null is never met.</summary>
    public MessagePosition? Position { get; }

    /// <summary>The key's value is still the one at this position.</summary>
    /// <param name="position">The position that setting or reading the key has returned.</param>
    /// <returns>The condition.</returns>
    public static KeyCondition IfAt(MessagePosition position) => new(KeyRequirement.Unchanged, position);

    /// <summary>The key's value is still the one with this id, as seen on any wire.</summary>
    /// <param name="id">The id. Text that is not an id makes a condition that is never met.</param>
    /// <returns>The condition.</returns>
    public static KeyCondition IfId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new(KeyRequirement.Unchanged, MessagePosition.TryParse(id, out var position) ? position : null);
    }

    /// <summary>Whether it is met.</summary>
    /// <param name="current">The position of the key's value; null if the key does not exist.</param>
    /// <returns>True when the change may be stored.</returns>
    public bool IsMetBy(MessagePosition? current) => Requirement switch
    {
        KeyRequirement.New => current is null,
        KeyRequirement.Exists => current is not null,
        KeyRequirement.Unchanged => current is not null && current == Position,
        _ => true,
    };
}

/// <summary>What a <see cref="KeyCondition"/> requires.</summary>
public enum KeyRequirement
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The key does not exist.</summary>
    New,

    /// <summary>The key exists.</summary>
    Exists,

    /// <summary>The key's value is still the one at a given position.</summary>
    Unchanged,
}
