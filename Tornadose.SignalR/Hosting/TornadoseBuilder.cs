using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Hosting;

internal sealed class TornadoseBuilder(IServiceCollection services) : ITornadoseBuilder
{
    public IServiceCollection Services => services;
}
