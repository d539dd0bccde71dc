using Tornadose.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets stores survive a restart, in files.</summary>
public static class FileLogTornadoseBuilderExtensions
{
    /// <summary>
    /// Keeps the stores in files of a folder, so that a restarted application goes on where it was: what was kept is kept, and ids are valid as before. For one process; the stores of several are shared by
    /// <c>AddStackExchangeRedis</c>. <c>AddHealthChecks().AddTornadose()</c> tells whether messages can be written.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The folder, as <see cref="FileLogOptions.Path"/>. It is made where there is none.</param>
    /// <param name="configure">Sets options; it runs after the configuration section <c>Tornadose:FileLog</c> was read.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The stores are kept elsewhere already.</exception>
    public static ITornadoseBuilder AddFileLog(this ITornadoseBuilder builder, string path, Action<FileLogOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var services = builder.Services;
        BackplaneChoice.Make<FileLogBackplane>(services, nameof(AddFileLog));
        services.AddSingleton<IValidateOptions<FileLogOptions>, FileLogOptionsValidation>();
        services.AddOptions<FileLogOptions>()
            .Configure(options => options.Path = path)
            .BindConfiguration($"{TornadoseServiceCollectionExtensions.ConfigurationSection}:FileLog")
            .Configure(options => configure?.Invoke(options))
            .ValidateOnStart();
        services.AddSingleton<FileLogMetrics>();
        services.AddSingleton(static provider => new FileLogBackplane(
            provider.GetRequiredService<IOptions<FileLogOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<FileLogMetrics>(),
            provider.GetRequiredService<ILogger<FileLogBackplane>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, FileLogStartup>());
        return builder;
    }
}
