/**
 * Functions of C's library that call functions of the program: in C themselves, so that they run as it does. A
 * program's own function of such a name goes before them.
 */
export const LIBRARY_FUNCTIONS = `
typedef unsigned long size_t;
typedef int (*compare_t)(const void *, const void *);
void *malloc(size_t);
void free(void *);
void *memcpy(void *, const void *, size_t);

static void sort_into(char *to, char *from, size_t count, size_t size, compare_t compare)
{
	size_t half = count / 2, left = 0, right = half, at;

	if (count < 2)
		return;
	sort_into(from, to, half, size, compare);
	sort_into(from + half * size, to + half * size, count - half, size, compare);
	for (at = 0; at < count; at++) {
		size_t next;

		if (right == count || (left < half && compare(from + left * size, from + right * size) <= 0))
			next = left++;
		else
			next = right++;
		memcpy(to + at * size, from + next * size, size);
	}
}

void qsort(void *base, size_t count, size_t size, compare_t compare)
{
	char *copy = malloc(count * size + 1);

	memcpy(copy, base, count * size);
	sort_into(base, copy, count, size, compare);
	free(copy);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, compare_t compare)
{
	while (count > 0) {
		const char *middle = (const char *)base + count / 2 * size;
		int order = compare(key, middle);

		if (order == 0)
			return (void *)middle;
		if (order > 0) {
			base = middle + size;
			count--;
		}
		count /= 2;
	}
	return 0;
}
`
