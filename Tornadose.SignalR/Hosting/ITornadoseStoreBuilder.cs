using Tornadose.SignalR;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures a store that was added. Calls chain as on the builder that it was added to.</summary>
public interface ITornadoseStoreBuilder : ITornadoseBuilder
{
    /// <summary>The store's name, or its family's pattern.</summary>
    string Name { get; }
}

/// <summary>Configures a store with a typed face that was added.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public interface ITornadoseStoreBuilder<T> : ITornadoseStoreBuilder
{
}

/// <summary>Configures a keyed store that was added. Calls chain as on the builder that it was added to.</summary>
public interface ITornadoseKeyedStoreBuilder : ITornadoseBuilder
{
    /// <summary>The store's name, or its family's pattern.</summary>
    string Name { get; }
}

/// <summary>Configures a keyed store with a typed face that was added.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
public interface ITornadoseKeyedStoreBuilder<T> : ITornadoseKeyedStoreBuilder
{
}
