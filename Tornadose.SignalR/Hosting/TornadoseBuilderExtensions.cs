using Tornadose.SignalR;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hosting;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds stores.</summary>
public static class TornadoseBuilderExtensions
{
    /// <summary>
    /// Adds a data store: it keeps the latest value. A new subscriber gets the value first; a slow one skips to the newest. Values in
    /// between may be skipped; the newest always arrives. Inject it with <c>[FromKeyedServices("name")] IStore</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The store's name, see <see cref="StoreNames"/>; or the pattern of a family, such as <c>devices/{id}</c>, whose
    /// stores are created on first use: get them by <see cref="IStoreProvider.GetStore(string)"/>.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Stores:name</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or taken.</exception>
    public static ITornadoseStoreBuilder AddDataStore(
        this ITornadoseBuilder builder, string name, Action<StoreOptions>? configure = null) =>
        builder.AddStore(name, StoreKind.Data, configure);

    /// <summary>Adds a data store with a typed face: <c>[FromKeyedServices("name")] IStore&lt;T&gt;</c>.</summary>
    /// <inheritdoc cref="AddDataStore(ITornadoseBuilder, string, Action{StoreOptions}?)"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static ITornadoseStoreBuilder<T> AddDataStore<T>(
        this ITornadoseBuilder builder, string name, Action<StoreOptions>? configure = null) =>
        builder.AddStore(name, StoreKind.Data, configure).AddFace<T>(name);

    /// <summary>
    /// Adds a data store with an initial value and a typed face. The value is published when the application starts, before the server
    /// listens, and only if nothing was ever published to the store: where the store is shared over Redis, it never replaces a value.
    /// While Redis cannot be reached, publishing is retried.
    /// </summary>
    /// <typeparam name="T">The type of the values. A string is text, anything else becomes JSON.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The store's name, see <see cref="StoreNames"/>.</param>
    /// <param name="initial">The value. It is serialized once, at the start.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Stores:name</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentException">The name is not valid, or taken, or the pattern of a family: there anybody who asks for a name
    /// would create a store that has a message, and is therefore kept.</exception>
    public static ITornadoseStoreBuilder<T> AddDataStore<T>(
        this ITornadoseBuilder builder, string name, T initial, Action<StoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(name);
        if (StorePattern.IsPattern(name))
            throw new ArgumentException(
                $"'{name}' is a family of stores, which begin empty: publish the first value where the store is used.",
                nameof(name));
        return builder.AddStore(name, StoreKind.Data, configure, serializer => serializer.ToContent(initial)).AddFace<T>(name);
    }

    /// <summary>
    /// Adds a queue store: it keeps a window of the last messages. Subscribers get every message, in order, and resume within the window
    /// after a reconnect; nothing is skipped silently. Inject it with <c>[FromKeyedServices("name")] IStore</c>.
    /// </summary>
    /// <inheritdoc cref="AddDataStore(ITornadoseBuilder, string, Action{StoreOptions}?)"/>
    public static ITornadoseStoreBuilder AddQueueStore(
        this ITornadoseBuilder builder, string name, Action<StoreOptions>? configure = null) =>
        builder.AddStore(name, StoreKind.Queue, configure);

    /// <summary>Adds a queue store with a typed face: <c>[FromKeyedServices("name")] IStore&lt;T&gt;</c>.</summary>
    /// <inheritdoc cref="AddDataStore(ITornadoseBuilder, string, Action{StoreOptions}?)"/>
    /// <typeparam name="T">The type of the messages.</typeparam>
    public static ITornadoseStoreBuilder<T> AddQueueStore<T>(
        this ITornadoseBuilder builder, string name, Action<StoreOptions>? configure = null) =>
        builder.AddStore(name, StoreKind.Queue, configure).AddFace<T>(name);

    /// <summary>
    /// Adds a keyed store: it keeps the latest value of each key. A new subscriber gets all keys first; one that falls behind
    /// gets each key once, with its newest value. Removals are announced for as long as somebody may not have seen them. Inject
    /// it with <c>[FromKeyedServices("name")] IKeyedStore</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The store's name, see <see cref="StoreNames"/>; or the pattern of a family, such as <c>rooms/{id}</c>, whose
    /// stores are created on first use: get them by <see cref="IStoreProvider.GetKeyedStore(string)"/>.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Stores:name</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or taken.</exception>
    public static ITornadoseKeyedStoreBuilder AddKeyedStore(
        this ITornadoseBuilder builder, string name, Action<StoreOptions>? configure = null)
    {
        var store = builder.AddStore(name, StoreKind.Keyed, configure);
        if (!StorePattern.IsPattern(name))
            builder.Services.AddKeyedSingleton<IKeyedStore>(
                name, static (provider, key) => provider.GetRequiredService<IStoreProvider>().GetKeyedStore((string)key!));
        return new TornadoseKeyedStoreBuilder(builder.Services, store.Definition);
    }

    /// <summary>Adds a keyed store with a typed face: <c>[FromKeyedServices("name")] IKeyedStore&lt;T&gt;</c>.</summary>
    /// <inheritdoc cref="AddKeyedStore(ITornadoseBuilder, string, Action{StoreOptions}?)"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static ITornadoseKeyedStoreBuilder<T> AddKeyedStore<T>(
        this ITornadoseBuilder builder, string name, Action<StoreOptions>? configure = null)
    {
        var store = (TornadoseKeyedStoreBuilder)builder.AddKeyedStore(name, configure);
        if (!StorePattern.IsPattern(name))
            builder.Services.AddKeyedSingleton<IKeyedStore<T>>(
                name, static (provider, key) => provider.GetRequiredService<IStoreProvider>().GetKeyedStore<T>((string)key!));
        return new TornadoseKeyedStoreBuilder<T>(builder.Services, store.Definition);
    }

    /// <summary>
    /// Adds a producer, which publishes to the store while it has subscribers: it is started with the first subscriber, stopped when the
    /// last has been gone for <see cref="StoreOptions.SubscriberGrace"/>, and started again with the next. Of the processes that share the
    /// store over Redis and have subscribers, one at a time runs it; if that one dies, another takes over within some 15 seconds.
    /// </summary>
    /// <param name="store">The store, or the family: the producer then runs for each of its stores that is read.</param>
    /// <param name="produce">Publishes to the store that it is given until the token is cancelled. What it publishes after another process
    /// has taken over is refused. An exception is logged, counted (<c>tornadose.producers.failed</c>) and reported by the health check,
    /// and the producer is started again after 1 second, longer each time, up to 30. When it returns, it is not started again until all
    /// subscribers have gone.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The store has a producer already.</exception>
    public static ITornadoseStoreBuilder ProducedBy(this ITornadoseStoreBuilder store, Func<IStore, CancellationToken, Task> produce)
    {
        ArgumentNullException.ThrowIfNull(produce);
        return store.SetProducer((_, produced, stop) => produce(produced, stop));
    }

    /// <inheritdoc cref="ProducedBy(ITornadoseStoreBuilder, Func{IStore, CancellationToken, Task})"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static ITornadoseStoreBuilder<T> ProducedBy<T>(
        this ITornadoseStoreBuilder<T> store, Func<IStore<T>, CancellationToken, Task> produce)
    {
        ArgumentNullException.ThrowIfNull(produce);
        store.SetProducer((_, produced, stop) => produce(new TypedStore<T>(produced), stop));
        return store;
    }

    /// <summary>The same with the application's services: the root provider, not a scope's.</summary>
    /// <inheritdoc cref="ProducedBy(ITornadoseStoreBuilder, Func{IStore, CancellationToken, Task})"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static ITornadoseStoreBuilder<T> ProducedBy<T>(
        this ITornadoseStoreBuilder<T> store, Func<IServiceProvider, IStore<T>, CancellationToken, Task> produce)
    {
        ArgumentNullException.ThrowIfNull(produce);
        store.SetProducer((services, produced, stop) => produce(services, new TypedStore<T>(produced), stop));
        return store;
    }

    /// <inheritdoc cref="ProducedBy(ITornadoseStoreBuilder, Func{IStore, CancellationToken, Task})"/>
    public static ITornadoseKeyedStoreBuilder ProducedBy(
        this ITornadoseKeyedStoreBuilder store, Func<IKeyedStore, CancellationToken, Task> produce)
    {
        ArgumentNullException.ThrowIfNull(produce);
        return store.SetProducer((_, produced, stop) => produce(new KeyedStore<object>(produced), stop));
    }

    /// <inheritdoc cref="ProducedBy(ITornadoseStoreBuilder, Func{IStore, CancellationToken, Task})"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static ITornadoseKeyedStoreBuilder<T> ProducedBy<T>(
        this ITornadoseKeyedStoreBuilder<T> store, Func<IKeyedStore<T>, CancellationToken, Task> produce)
    {
        ArgumentNullException.ThrowIfNull(produce);
        return store.SetProducer((_, produced, stop) => produce(new KeyedStore<T>(produced), stop));
    }

    /// <summary>The same with the application's services: the root provider, not a scope's.</summary>
    /// <inheritdoc cref="ProducedBy(ITornadoseStoreBuilder, Func{IStore, CancellationToken, Task})"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static ITornadoseKeyedStoreBuilder<T> ProducedBy<T>(
        this ITornadoseKeyedStoreBuilder<T> store, Func<IServiceProvider, IKeyedStore<T>, CancellationToken, Task> produce)
    {
        ArgumentNullException.ThrowIfNull(produce);
        return store.SetProducer((services, produced, stop) => produce(services, new KeyedStore<T>(produced), stop));
    }

    /// <summary>
    /// Adds a data store that polls for its value while it has subscribers, and publishes the value when it has changed. Without
    /// subscribers nothing is polled; of the processes that share the store over Redis, one polls.
    /// </summary>
    /// <typeparam name="T">The type of the value. Two values are the same when their JSON is.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The store's name, see <see cref="StoreNames"/>.</param>
    /// <param name="every">How often to poll, from 1 ms; the first poll is made as soon as there is a subscriber.</param>
    /// <param name="poll">Returns the value. Each call gets the services of a scope of its own. Exceptions are reported, and it is tried
    /// again, as with <see cref="ProducedBy(ITornadoseStoreBuilder, Func{IStore, CancellationToken, Task})"/>.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:Stores:name</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The interval is too short.</exception>
    public static ITornadoseStoreBuilder<T> AddPolledStore<T>(
        this ITornadoseBuilder builder, string name, TimeSpan every, Func<IServiceProvider, CancellationToken, ValueTask<T>> poll,
        Action<StoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(poll);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, TimeSpan.FromMilliseconds(1));
        var store = builder.AddDataStore<T>(name, configure);
        store.SetProducer((services, produced, stop) => PolledValue.ProduceAsync(
            services, produced, every, poll, services.GetRequiredService<TimeProvider>(), stop));
        return store;
    }

    /// <summary>
    /// Adds a hub of your own that derives from <see cref="StoreHub"/>, for <c>app.MapStoreHub&lt;THub&gt;(…)</c>. <see cref="StoreHub"/>
    /// itself has been added already.
    /// </summary>
    /// <typeparam name="THub">The hub.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static ITornadoseBuilder AddHub<[DynamicallyAccessedMembers(StoreHubServices.HubMembers)] THub>(this ITornadoseBuilder builder)
        where THub : StoreHub
    {
        ArgumentNullException.ThrowIfNull(builder);
        StoreHubServices.Add<THub>(builder.Services);
        return builder;
    }

    /// <summary>
    /// Adds a transport of your own to the stores' URL: an encoder and a sink, chosen by the media type in <c>Accept</c>. Adding the same
    /// one twice adds it once. Clients get it only if they ask for it in <c>Accept</c>: the library's own formats come first.
    /// </summary>
    /// <typeparam name="TFormat">The format. It is created once; its constructor gets its parameters from
    /// the application's services.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static ITornadoseBuilder AddStreamFormat<[
        DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFormat>(this ITornadoseBuilder builder)
        where TFormat : StreamFormat
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<StreamFormat, TFormat>());
        return builder;
    }

    private static TBuilder SetProducer<TBuilder>(
        this TBuilder store, Func<IServiceProvider, MessageStore, CancellationToken, Task> produce)
        where TBuilder : ITornadoseBuilder
    {
        ArgumentNullException.ThrowIfNull(store);
        var definition = ((StoreDefinitionBuilder)(object)store).Definition;
        if (definition.Producer is not null)
            throw new InvalidOperationException($"The store '{definition.Name}' has a producer already.");
        definition.Producer = produce;
        return store;
    }

    private static TornadoseStoreBuilder AddStore(
        this ITornadoseBuilder builder, string name, StoreKind kind, Action<StoreOptions>? configure, Func<StoreSerializer,
        MessageContent>? initial = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        ArgumentNullException.ThrowIfNull(name);
        if (!StorePattern.IsPattern(name))
            StoreNames.Validate(name);
        if (services.Any(service => service.ImplementationInstance is StoreDefinition taken && taken.Name == name))
            throw new ArgumentException($"There is a store '{name}' already.", nameof(name));
        var definition = new StoreDefinition(name, kind) { Initial = initial };
        services.AddSingleton(definition);
        if (!StorePattern.IsPattern(name))
            services.TryAddKeyedSingleton<IStore>(
                name, static (provider, key) => provider.GetRequiredService<IStoreProvider>().GetStore((string)key!));
        services.AddOptions<StoreOptions>(name)
            .BindConfiguration($"{TornadoseServiceCollectionExtensions.ConfigurationSection}:Stores:{name}")
            .Configure(options => configure?.Invoke(options))
            .PostConfigure(options => Fix(options, kind))
            .ValidateOnStart();
        return new TornadoseStoreBuilder(services, definition);
    }

    /// <summary>Sets the options that are fixed for the kind of store.</summary>
    private static void Fix(StoreOptions options, StoreKind kind)
    {
        if (kind == StoreKind.Keyed)
            options.SlowConsumer = SlowConsumerPolicy.Reset;
        if (kind != StoreKind.Data)
            return;
        options.Capacity = 1;
        options.SlowConsumer = SlowConsumerPolicy.SkipToLatest;
    }

    private static TornadoseStoreBuilder<T> AddFace<T>(this TornadoseStoreBuilder builder, string name)
    {
        if (!StorePattern.IsPattern(name))
            builder.Services.AddKeyedSingleton<IStore<T>>(
                name, static (provider, key) => new TypedStore<T>(provider.GetRequiredService<StoreProvider>().Get((string)key!)));
        return new TornadoseStoreBuilder<T>(builder.Services, builder.Definition);
    }
}
