using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

internal class TornadoseBuilder(IServiceCollection services) : ITornadoseBuilder
{
    public IServiceCollection Services => services;
}

internal abstract class StoreDefinitionBuilder(IServiceCollection services, StoreDefinition definition) : TornadoseBuilder(services)
{
    public string Name => definition.Name;

    public StoreDefinition Definition => definition;
}

internal class TornadoseStoreBuilder(IServiceCollection services, StoreDefinition definition)
    : StoreDefinitionBuilder(services, definition), ITornadoseStoreBuilder;

internal sealed class TornadoseStoreBuilder<T>(IServiceCollection services, StoreDefinition definition)
    : TornadoseStoreBuilder(services, definition), ITornadoseStoreBuilder<T>;

internal class TornadoseKeyedStoreBuilder(IServiceCollection services, StoreDefinition definition)
    : StoreDefinitionBuilder(services, definition), ITornadoseKeyedStoreBuilder;

internal sealed class TornadoseKeyedStoreBuilder<T>(IServiceCollection services, StoreDefinition definition)
    : TornadoseKeyedStoreBuilder(services, definition), ITornadoseKeyedStoreBuilder<T>;
