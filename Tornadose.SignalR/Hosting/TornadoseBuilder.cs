using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

internal class TornadoseBuilder(IServiceCollection services) : ITornadoseBuilder
{
    public IServiceCollection Services => services;
}

internal class TornadoseStoreBuilder(IServiceCollection services, StoreDefinition definition)
    : TornadoseBuilder(services), ITornadoseStoreBuilder
{
    public string Name => definition.Name;

    public StoreDefinition Definition => definition;
}

internal sealed class TornadoseStoreBuilder<T>(IServiceCollection services, StoreDefinition definition)
    : TornadoseStoreBuilder(services, definition), ITornadoseStoreBuilder<T>;
