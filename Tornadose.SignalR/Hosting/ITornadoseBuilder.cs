using Tornadose.SignalR;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds stores and what serves them to an application.</summary>
public interface ITornadoseBuilder
{
    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }
}
