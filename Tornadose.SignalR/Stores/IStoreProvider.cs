using Tornadose.SignalR.Stores;
using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR;

/// <summary>Gives stores whose names are known only at run time.</summary>
public interface IStoreProvider
{
    /// <summary>Gives a store.</summary>
    /// <param name="name">Its name, case-sensitive.</param>
    /// <returns>The store.</returns>
    /// <exception cref="StoreNotFoundException">There is no such store.</exception>
    /// <exception cref="TooManyStoresException">It would be a new store of a family, and there are too many.</exception>
    IStore GetStore(string name);

    /// <summary>Gives a store's typed face.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="name">Its name, case-sensitive.</param>
    /// <returns>The store.</returns>
    /// <exception cref="StoreNotFoundException">There is no such store.</exception>
    /// <exception cref="TooManyStoresException">It would be a new store of a family, and there are too many.</exception>
    IStore<T> GetStore<T>(string name);

    /// <summary>Gives a keyed store.</summary>
    /// <param name="name">Its name, case-sensitive.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentException">The store is not a keyed store.</exception>
    /// <exception cref="StoreNotFoundException">There is no such store.</exception>
    /// <exception cref="TooManyStoresException">It would be a new store of a family, and there are too many.</exception>
    IKeyedStore GetKeyedStore(string name);

    /// <summary>Gives a keyed store's typed face.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="name">Its name, case-sensitive.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentException">The store is not a keyed store.</exception>
    /// <exception cref="StoreNotFoundException">There is no such store.</exception>
    /// <exception cref="TooManyStoresException">It would be a new store of a family, and there are too many.</exception>
    IKeyedStore<T> GetKeyedStore<T>(string name);

    /// <summary>Gives a store, if there is one of this name.</summary>
    /// <param name="name">The name, case-sensitive; any text will do.</param>
    /// <param name="store">The store.</param>
    /// <returns>Whether there is one. A store of a family is created when it is asked for.</returns>
    /// <exception cref="TooManyStoresException">It would be a new store of a family, and there are too many.</exception>
    bool TryGetStore(string name, [NotNullWhen(true)] out IStore? store);

    /// <summary>The names of the stores that exist now, in no order.</summary>
    IReadOnlyCollection<string> Names { get; }
}
