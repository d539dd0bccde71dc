using Tornadose.SignalR;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A store that was added, for what can be said of it besides. It goes on like the builder that it was added to.</summary>
public interface ITornadoseStoreBuilder : ITornadoseBuilder
{
    /// <summary>The store's name, or its family's pattern.</summary>
    string Name { get; }
}

/// <summary>A store with a typed face that was added.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public interface ITornadoseStoreBuilder<T> : ITornadoseStoreBuilder
{
}

/// <summary>A keyed store that was added, for what can be said of it besides. It goes on like the builder that it was added to.</summary>
public interface ITornadoseKeyedStoreBuilder : ITornadoseBuilder
{
    /// <summary>The store's name, or its family's pattern.</summary>
    string Name { get; }
}

/// <summary>A keyed store with a typed face that was added.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public interface ITornadoseKeyedStoreBuilder<T> : ITornadoseKeyedStoreBuilder
{
}
