namespace Tornadose.SignalR.Tests.Architecture;

/// <summary>Which folder may know which: the folder is the namespace's part after a root.</summary>
internal sealed class Direction(string root, IReadOnlyDictionary<string, string[]> allowed, IReadOnlyDictionary<string, string>? aliases = null)
{
    /// <summary>One line for each type that knows a type of a folder it may not know.</summary>
    public IEnumerable<string> Violations(IEnumerable<Type> types) =>
        from type in types
        let home = FolderOf(type)
        where home is not null
        from known in TypeReferences.Of(type).Where(known => known.Assembly == type.Assembly)
        let to = FolderOf(known)
        where to is not null && to != home && !allowed.GetValueOrDefault(home, []).Contains(to)
        select $"{type.FullName} → {known.FullName}";

    /// <summary>The folder a type lives in; null for what the compiler puts elsewhere.</summary>
    public string? FolderOf(Type type)
    {
        var space = type.Namespace ?? "";
        if (aliases?.TryGetValue(space, out var alias) == true)
            return alias;
        return space.StartsWith($"{root}.", StringComparison.Ordinal) ? space[(root.Length + 1)..].Split('.')[0] : null;
    }
}
