using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Hosting;

/// <summary>The method that chose the application's backplane. An application has only one.</summary>
internal sealed record BackplaneChoice(string Method)
{
    /// <summary>Replaces the in-memory backplane.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="method">The method that the application has called, such as <c>AddStackExchangeRedis</c>.</param>
    /// <exception cref="InvalidOperationException">The application has chosen a backplane already.</exception>
    public static void Make<TBackplane>(IServiceCollection services, string method)
        where TBackplane : class, IBackplane
    {
        var chosen = services.FirstOrDefault(static service => service.ServiceType == typeof(BackplaneChoice));
        if (chosen?.ImplementationInstance is BackplaneChoice { Method: var earlier })
            throw new InvalidOperationException(earlier == method
                ? $"{method} was called twice: an application has only one backplane."
                : $"An application has only one backplane: call either {earlier} or {method}.");
        services.AddSingleton(new BackplaneChoice(method));
        services.Replace(ServiceDescriptor.Singleton<IBackplane>(static provider => provider.GetRequiredService<TBackplane>()));
    }
}
