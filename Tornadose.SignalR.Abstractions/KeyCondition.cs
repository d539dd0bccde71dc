namespace Tornadose.SignalR;

/// <summary>What must be true of a key for a change of it to be stored. The default value asks for nothing.</summary>
public readonly record struct KeyCondition
{
    private KeyCondition(KeyRequirement requirement, MessagePosition? position = null) =>
        (Requirement, Position) = (requirement, position);

    /// <summary>The key is not there.</summary>
    public static KeyCondition IfNew { get; } = new(KeyRequirement.New);

    /// <summary>The key is there.</summary>
    public static KeyCondition IfExists { get; } = new(KeyRequirement.Exists);

    /// <summary>What is asked for.</summary>
    public KeyRequirement Requirement { get; }

    /// <summary>With <see cref="KeyRequirement.Unchanged"/>, where the key's value stands. Null is a value that never was.</summary>
    public MessagePosition? Position { get; }

    /// <summary>The key's value is still the one at this position.</summary>
    /// <param name="position">The position, as setting the key or reading it has given.</param>
    /// <returns>The condition.</returns>
    public static KeyCondition IfAt(MessagePosition position) => new(KeyRequirement.Unchanged, position);

    /// <summary>The key's value is still the one with this id, as seen on any wire.</summary>
    /// <param name="id">The id. Text that is no id is a condition that is never met.</param>
    /// <returns>The condition.</returns>
    public static KeyCondition IfId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new(KeyRequirement.Unchanged, MessagePosition.TryParse(id, out var position) ? position : null);
    }

    /// <summary>Whether it is met.</summary>
    /// <param name="current">Where the key's value stands; null when the key is not there.</param>
    /// <returns>True when the change may be stored.</returns>
    public bool IsMetBy(MessagePosition? current) => Requirement switch
    {
        KeyRequirement.New => current is null,
        KeyRequirement.Exists => current is not null,
        KeyRequirement.Unchanged => current is not null && current == Position,
        _ => true,
    };
}

/// <summary>What a <see cref="KeyCondition"/> asks for.</summary>
public enum KeyRequirement
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The key is not there.</summary>
    New,

    /// <summary>The key is there.</summary>
    Exists,

    /// <summary>The key's value is still a certain one.</summary>
    Unchanged,
}
