using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Pharos.Linux.Tests")]
